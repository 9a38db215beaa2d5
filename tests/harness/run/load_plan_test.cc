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

std::vector<PlannedRequest> RequestsOf(const LoadStage& stage) {
  std::vector<PlannedRequest> requests;
  for (const Visit& visit : stage.schedule->visits) requests.push_back({visit.item, visit.repeat});
  return requests;
}

TEST(LoadPlanTest, ClosedLoopsWarmEveryArmAndThenRunItsBlocksInAbbaOrder) {
  const LoadPlan plan =
      PairedClosedLoops({.turns = {1, 1, 1, 1, 1}, .num_arms = 2, .warmup = 7, .max_tokens = 9},
                        {.repeats = 1, .users = 1});
  EXPECT_EQ(plan.mode, "closed");
  EXPECT_EQ(plan.users, 1);
  EXPECT_FALSE(plan.offered_rate_per_s);
  EXPECT_FALSE(plan.arrival);
  ASSERT_EQ(plan.warmup.size(), 2u);
  EXPECT_EQ(plan.warmup[1].arm, 1u);
  EXPECT_TRUE(plan.warmup[1].first_turns_only);
  const std::vector<PlannedRequest> warmup = RequestsOf(plan.warmup[1]);
  ASSERT_EQ(warmup.size(), 7u);
  EXPECT_EQ(warmup[4], (PlannedRequest{4, -1}));
  EXPECT_EQ(warmup[5], (PlannedRequest{0, -2}));
  std::vector<size_t> arms;
  for (const LoadStage& stage : plan.measured) arms.push_back(stage.arm);
  EXPECT_EQ(arms, (std::vector<size_t>{0, 1, 1, 0}));
  EXPECT_EQ(RequestsOf(plan.measured[2]), (std::vector<PlannedRequest>{{4, 0}}));
  EXPECT_EQ(plan.measured[2].max_tokens, 9);
  EXPECT_FALSE(plan.measured[2].first_turns_only);
}

TEST(LoadPlanTest, EveryOtherLoadIsOneWindowAnArmOverOneSchedule) {
  const PlannedWork work{.turns = {1, 2}, .num_arms = 2, .warmup = 1, .max_tokens = 9};
  const LoadPlan open =
      OneWindowEach(work, {.law = {.process = "gamma", .rate_per_s = 5, .cv = 2, .seed = 3},
                           .num_visits = 6,
                           .client_cap = 4,
                           .drain_s = 7});
  EXPECT_EQ(open.mode, "open");
  EXPECT_EQ(open.arrival, "gamma");
  EXPECT_FALSE(open.users);
  EXPECT_EQ(open.client_cap, 4);
  EXPECT_EQ(open.offered_rate_per_s, 5);
  EXPECT_EQ(open.arrival_cv, 2);
  EXPECT_GT(open.achieved_rate_per_s.value_or(0), 0);
  EXPECT_FALSE(open.think_time_ns);
  EXPECT_EQ(open.drain_ns, 7'000'000'000);
  EXPECT_TRUE(open.stop_if_overloaded);
  ASSERT_EQ(open.measured.size(), 2u);
  EXPECT_EQ(open.measured[0].schedule, open.measured[1].schedule);
  EXPECT_EQ(open.measured[0].schedule, open.schedule);
  EXPECT_EQ(open.measured[1].users, 0);
  const LoadPlan closed = OneWindowEach(
      work, {.law = {.process = "closed", .think_mean_ns = 5}, .num_visits = 6, .users = 3});
  EXPECT_EQ(closed.mode, "closed");
  EXPECT_EQ(closed.users, 3);
  EXPECT_EQ(closed.think_time_ns, 5);
  EXPECT_EQ(closed.measured[0].users, 3);
  EXPECT_EQ(closed.drain_ns, 0);
  EXPECT_FALSE(closed.stop_if_overloaded);
  const LoadPlan trace = OneWindowEach(work, {.law = {.process = "trace", .rate_scale = 2},
                                              .num_visits = 2,
                                              .trace_times_ns = {0, 1'000'000'000}});
  EXPECT_EQ(trace.mode, "trace");
  EXPECT_EQ(trace.rate_scale, 2);
  EXPECT_EQ(trace.achieved_rate_per_s, 2);
  EXPECT_FALSE(trace.stop_if_overloaded);
  EXPECT_EQ(OneWindowEach(work, {.law = {.process = "batch"}, .num_visits = 2}).mode, "batch");
}

TEST(LoadPlanTest, RandomIdsDependOnItemAndRepeatOnly) {
  EXPECT_EQ(RandomId("math-1", 0), RandomId("math-1", 0));
  EXPECT_NE(RandomId("math-1", 0), RandomId("math-1", 1));
  EXPECT_NE(RandomId("math-1", 0), RandomId("math-2", 0));
  EXPECT_EQ(RandomId("math-1", 0), RandomId("math-1", 0, 0));
  EXPECT_NE(RandomId("math-1", 0), RandomId("math-1", 0, 1));
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
