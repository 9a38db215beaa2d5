// The page of a report: what it draws are the model's figures, and it concludes what they show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/charts/charts.h"
#include "reports/document/html.h"
#include "reports/report/conclusion.h"
#include "reports/report/report_page.h"
#include "reports/report/tidy_table.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using testing::SyntheticArm;
using testing::SyntheticRun;

CheckedRun Run(const std::string& drafter, int64_t step_ns, int64_t id, double acceptance = 0.7) {
  SyntheticArm arm;
  arm.drafter = drafter;
  arm.step_ns = step_ns;
  arm.acceptance = acceptance;
  RunData data = SyntheticRun(arm);
  data.run.id = id;
  int64_t request = id;
  for (RequestRow& row : data.requests) row.id = request += 10;  // interleaved with the other arms
  return CheckRun(std::move(data));
}

ReportModel Model(int64_t dspark_ns = 10'000'000) {
  MetricOptions options;
  options.bootstrap.num_resamples = 400;
  std::vector<CheckedRun> runs;
  runs.push_back(Run("none", 8'000'000, 1));
  runs.push_back(Run("dspark", dspark_ns, 2));
  runs.push_back(Run("eagle3", dspark_ns, 3, 0.5));
  return BuildModel(std::move(runs), options);
}

const Chart* Find(const std::vector<Chart>& charts, const std::string& id) {
  for (const Chart& chart : charts) {
    if (chart.id == id) return &chart;
  }
  return nullptr;
}

TEST(ReportPage, DrawsTheModelsFigures) {
  const ReportModel model = Model();
  const ReportSet& set = model.sets.front();
  const std::vector<Chart> charts = PageCharts(model);
  for (const char* id :
       {"break-even", "speedup", "length-factor", "step-factor", "accepted-length", "conditional-0",
        "accepted-runs", "token-time", "progression", "prompts", "ttft", "tpot", "reliability-1",
        "paper-table-1", "paper-figure-8-budget-pro"}) {
    ASSERT_NE(Find(charts, id), nullptr) << id;
    EXPECT_FALSE(Find(charts, id)->series.empty()) << id;
  }
  const SpeedupFactors& factors = set.comparisons[0].Find("all")->factors;
  const ChartPoint& forest = Find(charts, "speedup")->series[0].points[0];
  EXPECT_EQ(forest.x.value, *factors.speedup.ratio.value);
  EXPECT_EQ(forest.x.lo, factors.speedup.ratio.lo);
  const ChartPoint& cross = Find(charts, "break-even")->series[0].points[0];
  EXPECT_NEAR(cross.y.value / cross.x.value, *factors.speedup.ratio.value, 1e-9);
  EXPECT_LT(*cross.x.lo, cross.x.value);
  EXPECT_GT(*cross.x.hi, cross.x.value);
  double share = 0;
  for (const ChartPoint& bar : Find(charts, "accepted-runs")->series[0].points)
    share += bar.y.value;
  EXPECT_NEAR(share, 100, 1e-9);
}

TEST(ReportPage, ShowsTheOrderOfTheRun) {
  const std::vector<Chart> charts = PageCharts(Model());
  const Chart* const chart = Find(charts, "progression");
  ASSERT_EQ(chart->series.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {  // requests 1, 4, 7 .. are the first arm's
    EXPECT_EQ(chart->series[i].points[0].x.value, static_cast<double>(i + 1));
    EXPECT_EQ(chart->series[i].points[1].x.value, static_cast<double>(i + 4));
  }
}

TEST(ReportPage, IsTheSameBytesEachTime) {
  EXPECT_EQ(PrintHtml(MakePage(Model())), PrintHtml(MakePage(Model())));
}

TEST(ReportPage, OfNothingSaysSo) {
  EXPECT_THAT(PrintHtml(MakePage(BuildModel({}, {}))), HasSubstr("Nothing to report"));
}

TEST(TidyTable, HasEveryMetricOfEveryArmAndEveryRatio) {
  const ReportModel model = Model();
  const DataTable table = TidyTable(model);
  size_t wanted = 0;
  for (const ReportArm& arm : model.sets[0].arms) wanted += arm.metrics.size();
  for (const ReportComparison& comparison : model.sets[0].comparisons) {
    for (const ArmComparison& scope : comparison.scopes) wanted += 3 + scope.metrics.size();
  }
  EXPECT_EQ(table.rows.size(), wanted);
  for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
}

std::string TextOf(const std::vector<LabelledLine>& statements, const std::string& kind) {
  for (const LabelledLine& statement : statements) {
    if (statement.kind == kind) return statement.text();
  }
  return "";
}

TEST(Conclusion, SaysWhatIsShownAndWhatIsNot) {
  const ReportModel fast = Model(10'000'000);
  const auto said = Conclude(fast.sets[0], fast.options);
  EXPECT_THAT(TextOf(said, "result"), HasSubstr("dspark fixed 4 is the fastest: 1."));
  EXPECT_THAT(TextOf(said, "shown faster"), HasSubstr("dspark fixed 4 1."));
  const ReportModel slow = Model(40'000'000);
  EXPECT_THAT(TextOf(Conclude(slow.sets[0], slow.options), "result"),
              HasSubstr("Speculation loses here"));
}

TEST(Conclusion, CountsThePromptsThatWouldDecide) {
  // exp(0.1) with a lower side of 0.2 on the log scale: half the width needs four times the
  // prompts.
  Estimate ratio{.value = std::exp(0.1), .lo = std::exp(-0.1), .hi = std::exp(0.4), .n = 30};
  EXPECT_NEAR(*PromptsToDecide(ratio), 120, 1e-9);
  ratio.lo = std::exp(0.01);
  EXPECT_EQ(PromptsToDecide(ratio), std::nullopt);
  ratio = {.value = std::exp(-0.1), .lo = std::exp(-0.4), .hi = std::exp(0.2), .n = 30};
  EXPECT_NEAR(*PromptsToDecide(ratio), 270, 1e-9);
}

}  // namespace
}  // namespace dsb
