#include "results/window_segments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace dsb {
namespace {

using Chosen = std::map<int64_t, int64_t>;

// Run 1 and 2 in each process: segments 1 and 2, 3 and 4, ...
std::vector<SegmentSize> Processes(std::vector<std::pair<int64_t, int64_t>> timed) {
  std::vector<SegmentSize> segments;
  int64_t id = 0;
  for (const auto& [first, second] : timed) {
    segments.push_back({1, ++id, first});
    segments.push_back({2, ++id, second});
  }
  return segments;
}

TEST(ChooseWindowSegments, BothArmsCountInOneProcess) {
  // Alone, run 1 would choose its segment 1 (21 requests) and run 2 its segment 4 (22).
  EXPECT_EQ(ChooseWindowSegments(Processes({{21, 18}, {19, 22}})), (Chosen{{1, 3}, {2, 4}}));
  EXPECT_EQ(ChooseWindowSegments(Processes({{10, 10}, {20, 20}, {10, 10}})),
            (Chosen{{1, 3}, {2, 4}}));
  // The earliest of equals.
  EXPECT_EQ(ChooseWindowSegments(Processes({{20, 20}, {20, 20}})), (Chosen{{1, 1}, {2, 2}}));
}

TEST(ChooseWindowSegments, AProcessInWhichAnArmDidNothingIsNotTaken) {
  EXPECT_EQ(ChooseWindowSegments(Processes({{4, 4}, {0, 36}, {36, 0}})), (Chosen{{1, 1}, {2, 2}}));
  // Nowhere both: the one that has most; the other run has none there.
  EXPECT_EQ(ChooseWindowSegments(Processes({{40, 0}, {0, 39}})), (Chosen{{1, 1}}));
}

TEST(ChooseWindowSegments, AnArmThatWasCompleteIsInNoLaterProcess) {
  const std::vector<SegmentSize> segments = {
      {1, 1, 40}, {2, 2, 10}, {2, 3, 15}, {2, 4, 15}};  // run 2 was resumed twice
  EXPECT_EQ(ChooseWindowSegments(segments), (Chosen{{1, 1}, {2, 2}}));
}

TEST(ChooseWindowSegments, AnArmThatBeganLaterBelongsToThatProcess) {
  // The first process ended before run 2 was there.
  const std::vector<SegmentSize> segments = {{1, 1, 0}, {1, 2, 30}, {2, 3, 30}};
  EXPECT_EQ(ChooseWindowSegments(segments), (Chosen{{1, 2}, {2, 3}}));
}

TEST(ChooseWindowSegments, TheOrderGivenDoesNotMatter) {
  std::vector<SegmentSize> segments = Processes({{21, 18}, {19, 22}, {3, 4}});
  const Chosen chosen = ChooseWindowSegments(segments);
  std::reverse(segments.begin(), segments.end());
  EXPECT_EQ(ChooseWindowSegments(segments), chosen);
  EXPECT_TRUE(ChooseWindowSegments({}).empty());
  EXPECT_TRUE(ChooseWindowSegments(Processes({{0, 0}})).empty());
}

}  // namespace
}  // namespace dsb
