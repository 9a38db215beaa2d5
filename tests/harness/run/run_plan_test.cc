#include "harness/run/run_plan.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "harness/replay/active_clock.h"

namespace dsb {
namespace {

TEST(RunPlanTest, BlocksCoverEveryPromptOfARepeatBeforeTheNext) {
  const auto blocks = PlanBlocks(5, 2, 4);
  ASSERT_EQ(blocks.size(), 4u);
  EXPECT_EQ(blocks[0].size(), 4u);
  EXPECT_EQ(blocks[1], (std::vector<PlannedRequest>{{4, 0}}));
  EXPECT_EQ(blocks[2].front(), (PlannedRequest{0, 1}));
  EXPECT_EQ(blocks[3], (std::vector<PlannedRequest>{{4, 1}}));
}

TEST(RunPlanTest, ArmsRunInAbbaOrder) {
  EXPECT_EQ(ArmOrder(0, 2), (std::vector<size_t>{0, 1}));
  EXPECT_EQ(ArmOrder(1, 2), (std::vector<size_t>{1, 0}));
  EXPECT_EQ(ArmOrder(2, 3), (std::vector<size_t>{0, 1, 2}));
  EXPECT_EQ(ArmOrder(3, 3), (std::vector<size_t>{2, 1, 0}));
}

TEST(RunPlanTest, RandomIdsDependOnItemAndRepeatOnly) {
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
