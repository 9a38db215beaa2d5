#include "workloads/schedule.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/sha256.h"

namespace dsb {
namespace {

TEST(Schedule, IsDrawnAgainBitForBitFromWhatItSaysOfItself) {
  for (const char* process : {"closed", "batch", "poisson", "gamma"}) {
    const ScheduleLaw law{
        .process = process, .rate_per_s = 3, .cv = 2, .think_mean_ns = 5'000'000, .seed = 11};
    const Schedule schedule = DrawSchedule(law, {1, 2, 3}, 50);
    const Schedule again = DrawSchedule(schedule.law, {1, 2, 3}, 50);
    EXPECT_EQ(ScheduleText(schedule), ScheduleText(again)) << process;
    ScheduleLaw other = law;
    other.seed = 12;
    EXPECT_NE(ScheduleText(schedule), ScheduleText(DrawSchedule(other, {1, 2, 3}, 50))) << process;
  }
}

TEST(Schedule, EachPassHasEveryItemOnceInAnOrderOfItsOwn) {
  const Schedule schedule = DrawSchedule({.process = "batch", .seed = 1}, {1, 1, 1, 1, 1, 1}, 18);
  ASSERT_EQ(schedule.visits.size(), 18u);
  std::set<std::vector<uint32_t>> orders;
  for (size_t pass = 0; pass < 3; ++pass) {
    std::vector<uint32_t> order;
    for (size_t i = 6 * pass; i < 6 * pass + 6; ++i) {
      EXPECT_EQ(schedule.visits[i].repeat, static_cast<int64_t>(pass));
      EXPECT_EQ(schedule.visits[i].offset_ns, 0);
      order.push_back(schedule.visits[i].item);
    }
    EXPECT_EQ(std::set<uint32_t>(order.begin(), order.end()).size(), 6u);
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 3u);
}

TEST(Schedule, UsersThinkBeforeEachLaterTurnAndInAClosedLoopBeforeTheNextVisit) {
  const ScheduleLaw closed{.process = "closed", .think_mean_ns = 1000, .seed = 1};
  const ScheduleLaw open{.process = "poisson", .rate_per_s = 1, .think_mean_ns = 1000, .seed = 1};
  EXPECT_EQ(DrawSchedule(closed, {3}, 1).visits[0].think_ns.size(), 3u);
  EXPECT_EQ(DrawSchedule(open, {3}, 1).visits[0].think_ns.size(), 2u);
}

TEST(Schedule, ATraceKeepsItsOrderAndRate) {
  const ScheduleLaw law{.process = "trace", .rate_scale = 2, .trace_sha256 = "ab", .seed = 1};
  const Schedule schedule = DrawSchedule(law, {1, 1, 1}, 3, {10, 1'000'000'010, 2'000'000'010});
  EXPECT_EQ(schedule.visits[2].item, 2u);
  EXPECT_EQ(schedule.visits[2].offset_ns, 1'000'000'000);
  EXPECT_DOUBLE_EQ(AchievedRate(schedule), 2);
}

TEST(Schedule, ItsTextIsTheWholeOfIt) {
  const Schedule schedule = DrawSchedule({.process = "batch", .seed = 1}, {1}, 2);
  EXPECT_EQ(ScheduleText(schedule),
            R"({"cv":0.0,"process":"batch","rate_per_s":0.0,"rate_scale":1.0,"seed":1,)"
            R"("think_mean_ns":0,"trace_sha256":"","version":1,)"
            R"("items":[0,0],"repeats":[0,1],"offsets_ns":[0,0]})");
  const ScheduleLaw thinking{.process = "closed", .think_mean_ns = 5, .seed = 1};
  const Schedule drawn = DrawSchedule(thinking, {2}, 1);
  EXPECT_TRUE(ScheduleText(drawn).ends_with("\"think_ns\":[[" +
                                            std::to_string(drawn.visits[0].think_ns[0]) + "," +
                                            std::to_string(drawn.visits[0].think_ns[1]) + "]]}"));
}

}  // namespace
}  // namespace dsb
