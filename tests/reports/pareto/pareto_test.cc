#include "reports/pareto/pareto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/pareto/pareto_json.h"

namespace dsb {
namespace {

PointRun Point(int64_t users, const std::string& drafter, int64_t pass, double all, double one) {
  PointRun point;
  point.run.users = users;
  point.run.drafter = drafter;
  point.run.policy = drafter == "none" ? "none" : "fixed";
  point.run.draft_length = drafter == "none" ? 0 : 3;
  point.pass = pass;
  const auto add = [&](const char* metric, double value) {
    MetricRecord& record = point.metrics.emplace_back();
    record.metric = metric;
    record.scope = "all";
    record.estimate.value = value;
  };
  add("output_tokens_per_s", all);
  add("user_decode_tokens_per_s", one);
  return point;
}

std::vector<ParetoPoint> Points() {
  std::vector<PointRun> runs;
  for (int64_t pass = 0; pass < 3; ++pass) {
    const double drift = std::exp2(static_cast<double>(pass));  // cancels in pairs
    runs.push_back(Point(1, "none", pass, 10 * drift, 10 * drift));
    runs.push_back(Point(1, "dspark", pass, 20 * drift, 20 * drift));
    runs.push_back(Point(8, "none", pass, 40 * drift, 5 * drift));
    runs.push_back(Point(8, "dspark", pass, 30 * drift, 4 * drift));
  }
  runs.back().flags = {"not_steady"};
  return ParetoPoints(runs);
}

TEST(Pareto, PairsEachArmWithThePlainOneOfItsLoadByPass) {
  const std::vector<ParetoPoint> points = Points();
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].load, "users 1");
  EXPECT_EQ(points[1].arm, "dspark fixed 3");
  EXPECT_NEAR(points[0].user_tokens_per_s.value.value(), 20, 1e-9);
  EXPECT_EQ(points[0].user_tokens_per_s.n, 3);
  EXPECT_EQ(points[0].user_tokens_per_s.method, "t_runs");
  EXPECT_LT(points[0].user_tokens_per_s.lo.value(), 10);  // the passes differ
  EXPECT_FALSE(points[0].user_speedup.value);
  EXPECT_NEAR(points[1].user_speedup.value.value(), 2, 1e-9);
  EXPECT_NEAR(points[1].user_speedup.lo.value(), 2, 1e-9);  // the pairs do not
  EXPECT_NEAR(points[3].output_gain.value.value(), 0.75, 1e-9);
}

TEST(Pareto, MarksWhatAnotherPointBeatsInBoth) {
  const std::vector<ParetoPoint> points = Points();
  EXPECT_TRUE(points[0].dominated);   // by dspark at the same load
  EXPECT_FALSE(points[1].dominated);  // fastest for one user
  EXPECT_FALSE(points[2].dominated);  // most in all
  EXPECT_TRUE(points[3].dominated);   // by plain decoding with 8 users
}

TEST(Pareto, SaysWhenThePairsAreTooFew) {
  const std::string text = PrintTerminal(ParetoDocument(Points()), 200);
  EXPECT_THAT(text, ::testing::HasSubstr("rests on 3 pairs of runs, expected 5"));
  EXPECT_THAT(text, ::testing::HasSubstr("dominated, not_steady"));
  const std::string one = PrintTerminal(
      ParetoDocument(ParetoPoints({Point(1, "none", 0, 10, 10), Point(1, "dspark", 0, 20, 20)})),
      200);
  EXPECT_THAT(one, ::testing::HasSubstr("rests on 1 pair of runs, expected 5"));
}

TEST(Pareto, ArmsHaveTheNamesOfTheReportAndEachItsOwnPlainRun) {
  // One question asked twice under one load: the report tells the arms apart by their runs.
  std::vector<PointRun> runs = {Point(2, "none", 1, 10, 10), Point(2, "dspark", 1, 20, 20),
                                Point(2, "none", 3, 40, 40), Point(2, "dspark", 3, 60, 60)};
  const char* const names[] = {"none #1", "dspark #2", "none #3", "dspark #4"};
  for (size_t i = 0; i < runs.size(); ++i) {
    runs[i].run.id = static_cast<int64_t>(i) + 1;
    runs[i].arm = names[i];
  }
  const std::vector<ParetoPoint> points = ParetoPoints(runs);
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[1].arm, "dspark #2");
  EXPECT_EQ(points[3].runs, std::vector<int64_t>{4});
  EXPECT_EQ(points[1].user_tokens_per_s.value, 20);  // one run's figure to the last bit
  EXPECT_NEAR(points[1].user_speedup.value.value(), 2, 1e-9);
  EXPECT_NEAR(points[3].user_speedup.value.value(), 1.5, 1e-9);
}

TEST(Pareto, LoadsOfOneNameStayApart) {
  std::vector<PointRun> runs = {Point(2, "none", 1, 10, 10), Point(2, "none", 2, 40, 40)};
  runs[1].run.think_time_ns = 1'000'000;
  EXPECT_EQ(ParetoPoints(runs).size(), 2u);
}

TEST(Pareto, JsonHasEveryPointWithItsRuns) {
  const std::vector<ParetoPoint> points = Points();
  const auto json = ParetoJson<nlohmann::ordered_json>(points);
  ASSERT_EQ(json.size(), points.size());
  EXPECT_EQ(json[1]["arm"], "dspark fixed 3");
  EXPECT_EQ(json[1]["load"], "users 1");
  EXPECT_EQ(json[1]["runs"].size(), 3u);
  EXPECT_EQ(json[1]["user_speedup"]["value"], *points[1].user_speedup.value);
  EXPECT_EQ(json[3]["output_gain"]["lo"], *points[3].output_gain.lo);
  EXPECT_EQ(json[0]["user_speedup"]["value"], nullptr);
  EXPECT_EQ(json[0]["dominated"], true);
  EXPECT_EQ(json[3]["flags"][0], "not_steady");
}

}  // namespace
}  // namespace dsb
