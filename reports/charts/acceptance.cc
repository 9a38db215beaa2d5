#include "base/counted.h"
#include "reports/charts/charts.h"
#include "reports/model/scopes.h"
#include "reports/paper/paper_values.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

std::string PaperName(std::string_view drafter) {
  return drafter == "dspark"   ? "DSpark, paper"
         : drafter == "dflash" ? "DFlash, paper"
                               : "Eagle3, paper";
}

ChartSeries PublishedCurve(const PaperConditional& curve, size_t place) {
  ChartSeries series{
      .name = PaperName(curve.drafter), .published = true, .part = place, .mark = ChartMark::kLine};
  for (size_t k = 0; k < curve.by_position.size(); ++k) {
    series.points.push_back(
        {.x = {.value = static_cast<double>(k + 1)}, .y = {.value = curve.by_position[k]}});
  }
  return series;
}

Chart ConditionalChart(const ReportSet& set, const ArmList& arms, const std::string& scope) {
  const std::string name = ScopeTitle(scope);
  Chart chart{.id = "conditional-" + std::to_string(scope == "all" ? 0 : 1),
              .title = "Acceptance by position" + (scope == "all" ? "" : ": " + name),
              .x = {.title = "position in the draft"},
              .y = {.title = "acceptance given all before"}};
  chart.y.decimals = 3;
  size_t place = 0;
  bool of_paper = false;
  for (const PaperConditional& curve : PaperFigure2()) {
    if (scope != "domain:" + std::string(curve.domain)) continue;
    chart.series.push_back(PublishedCurve(curve, ++place));
    of_paper = true;
  }
  bool found = false;
  for (const ReportArm& arm : set.arms) {
    ChartSeries series{.name = arm.name, .arm = arms.IndexOf(arm.name), .mark = ChartMark::kLine};
    for (int64_t k = 1;; ++k) {
      const std::string at = PositionScope(scope, k);
      const MetricRecord* const metric = arm.Find("conditional_acceptance", at);
      if (metric == nullptr) break;
      if (!metric->estimate.value) continue;
      series.points.push_back({.x = {.value = static_cast<double>(k)},
                               .y = ValueOf(metric->estimate),
                               .figure = FigureKey(arm, "conditional_acceptance", at)});
    }
    if (series.points.empty()) continue;
    found = true;
    chart.series.push_back(std::move(series));
  }
  if (!found) chart.series.clear();
  chart.caption =
      "Share accepted among the drafts whose predecessors all were; bands are 95 % intervals.";
  if (of_paper) {
    chart.caption +=
        " Dashed: the paper's Figure 2 (Qwen3-4B, temperature 1, drafts of 7): another "
        "target, other drafters, other prompts.";
  }
  return chart;
}

}  // namespace

Charts AcceptanceCharts(const ReportSet& set, const ArmList& arms) {
  Charts charts;
  const auto add = [&](const std::string& scope) {
    Chart chart = ConditionalChart(set, arms, scope);
    if (chart.series.empty()) return;
    if (scope != "all") chart.id = "conditional-" + std::to_string(charts.size());
    charts.push_back(std::move(chart));
  };
  add("all");
  for (const std::string& scope : ShownScopes(set)) {
    if (scope != "all" && charts.size() < 4) add(scope);
  }
  return charts;
}

Charts RunLengthChart(const ReportSet& set, const ArmList& arms) {
  Chart chart{.id = "accepted-runs",
              .title = "How many drafts a round accepts",
              .x = {.title = "accepted drafts of a round"},
              .y = {.title = "% of the rounds", .lo = 0}};
  chart.y.decimals = 1;
  chart.caption = "One more token a round is the target's own.";
  for (const ReportArm& arm : set.arms) {
    if (IsBaseline(arm.data->run)) continue;
    ChartSeries series{.name = arm.name, .arm = arms.IndexOf(arm.name), .mark = ChartMark::kBars};
    for (int64_t a = 0;; ++a) {
      const std::string at = PositionScope("all", a);
      const MetricRecord* const metric = arm.Find("accept_histogram", at);
      if (metric == nullptr) break;
      if (!metric->estimate.value || metric->estimate.n == 0) continue;
      series.points.push_back(
          {.x = {.value = static_cast<double>(a)},
           .y = ValueOf(metric->estimate, 100.0 / static_cast<double>(metric->estimate.n)),
           .label = Counted(static_cast<int64_t>(*metric->estimate.value), "round"),
           .figure = FigureKey(arm, "accept_histogram", at)});
      const auto name = std::to_string(a);
      if (static_cast<size_t>(a) >= chart.x.categories.size()) chart.x.categories.push_back(name);
    }
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  if (chart.series.empty()) return {};
  // Bars thinner than a line are no bars.
  if (chart.series.size() * chart.x.categories.size() > 60) {
    for (ChartSeries& series : chart.series) series.mark = ChartMark::kLine;
  }
  return {chart};
}

}  // namespace dsb
