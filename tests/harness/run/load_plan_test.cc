#include "harness/run/load_plan.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "harness/replay/active_clock.h"

namespace dsb {
namespace {

TEST(LoadPlanTest, BlocksCoverEveryPromptOfARepeatBeforeTheNext) {
  const auto blocks = PlanBlocks(5, 2, 4);
  ASSERT_EQ(blocks.size(), 4u);
  EXPECT_EQ(blocks[0].size(), 4u);
  EXPECT_EQ(blocks[1], (std::vector<PlannedRequest>{{4, 0}}));
  EXPECT_EQ(blocks[2].front(), (PlannedRequest{0, 1}));
  EXPECT_EQ(blocks[3], (std::vector<PlannedRequest>{{4, 1}}));
}

TEST(LoadPlanTest, ArmsRunInAbbaOrder) {
  EXPECT_EQ(ArmOrder(0, 2), (std::vector<size_t>{0, 1}));
  EXPECT_EQ(ArmOrder(1, 2), (std::vector<size_t>{1, 0}));
  EXPECT_EQ(ArmOrder(2, 3), (std::vector<size_t>{0, 1, 2}));
  EXPECT_EQ(ArmOrder(3, 3), (std::vector<size_t>{2, 1, 0}));
}

TEST(LoadPlanTest, ClosedLoopsWarmEveryArmAndThenRunItsBlocksInAbbaOrder) {
  const LoadPlan plan = InterleavedClosedLoops(
      {.num_prompts = 5, .num_arms = 2, .repeats = 1, .users = 1, .warmup = 7, .max_tokens = 9});
  EXPECT_EQ(plan.mode, "closed");
  EXPECT_EQ(plan.users, 1);
  EXPECT_FALSE(plan.offered_rate_per_s);
  ASSERT_EQ(plan.warmup.size(), 2u);
  EXPECT_EQ(plan.warmup[1].arm, 1u);
  ASSERT_EQ(plan.warmup[1].requests.size(), 7u);
  EXPECT_EQ(plan.warmup[1].requests[4], (PlannedRequest{4, -1}));
  EXPECT_EQ(plan.warmup[1].requests[5], (PlannedRequest{0, -2}));
  std::vector<size_t> arms;
  for (const LoadStage& stage : plan.measured) arms.push_back(stage.arm);
  EXPECT_EQ(arms, (std::vector<size_t>{0, 1, 1, 0}));
  EXPECT_EQ(plan.measured[2].requests, (std::vector<PlannedRequest>{{4, 0}}));
  EXPECT_EQ(plan.measured[2].max_tokens, 9);
}

TEST(LoadPlanTest, AClosedLoopAsksForNoMoreThanTheEngineTakes) {
  std::vector<PreparedRequest> requests(3);
  const auto source = InterleavedClosedLoops({.num_prompts = 3, .num_arms = 1, .users = 3})
                          .measured.at(0)
                          .make_source(std::move(requests), {.start_ns = 5, .max_in_flight = 2});
  Arrival arrival;
  EXPECT_TRUE(source->Pop(5, arrival));
  EXPECT_TRUE(source->Pop(5, arrival));
  EXPECT_FALSE(source->Pop(5, arrival));
  EXPECT_EQ(source->NextDueNs(), kNeverNs);
  EXPECT_TRUE(source->issuing());
  source->OnFinished({}, "", 9);
  EXPECT_TRUE(source->Pop(9, arrival));
  EXPECT_EQ(arrival.scheduled_ns, 5);
  EXPECT_TRUE(source->issuing());
  source->OnFinished({}, "", 11);
  EXPECT_FALSE(source->issuing());
}

TEST(LoadPlanTest, RandomIdsDependOnItemAndRepeatOnly) {
  EXPECT_EQ(RandomId("math-1", 0), RandomId("math-1", 0));
  EXPECT_NE(RandomId("math-1", 0), RandomId("math-1", 1));
  EXPECT_NE(RandomId("math-1", 0), RandomId("math-2", 0));
}

TEST(ActiveClockTest, StandsStillWhilePaused) {
  VirtualClock base;
  base.AdvanceNs(1000);
  ActiveClock clock(base);
  EXPECT_EQ(clock.NowNs(), 0);
  clock.JumpTo(50);
  clock.Resume();
  base.AdvanceNs(7);
  EXPECT_EQ(clock.NowNs(), 57);
  clock.Pause();
  base.AdvanceNs(1000);
  EXPECT_EQ(clock.NowNs(), 57);
  clock.Resume();
  clock.SleepUntilNs(60);
  EXPECT_EQ(clock.NowNs(), 60);
  EXPECT_EQ(base.NowNs(), 2010);
}

}  // namespace
}  // namespace dsb
