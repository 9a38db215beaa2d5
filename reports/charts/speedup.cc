#include <algorithm>

#include "reports/charts/charts.h"
#include "reports/model/scopes.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

const ArmComparison* ComparedOn(const ReportComparison& comparison, const std::string& scope) {
  const ArmComparison* const compared = comparison.Find(scope);
  return compared != nullptr && compared->factors.speedup.ratio.value ? compared : nullptr;
}

// A row an arm, on a logarithmic axis with its line at 1.
Chart Forest(const ReportSet& set, const ArmList& arms, const char* id, const char* title,
             const char* axis, const char* metric, PairedEstimate SpeedupFactors::*part) {
  Chart chart{.id = id, .title = title, .x = {.title = axis, .log = true, .lo = 1, .hi = 1}};
  chart.x.decimals = 3;
  chart.guides.push_back({.x = 1, .strong = true});
  for (const ReportComparison& comparison : set.comparisons) {
    const ArmComparison* const compared = ComparedOn(comparison, "all");
    if (compared == nullptr || !(compared->factors.*part).ratio.value) continue;
    const ReportArm& arm = set.arms[comparison.candidate];
    const auto row = static_cast<double>(chart.y.categories.size());
    chart.y.categories.push_back(arm.name);
    chart.series.push_back({.name = arm.name,
                            .arm = arms.IndexOf(arm.name),
                            .points = {{.x = ValueOf((compared->factors.*part).ratio),
                                        .y = {.value = row},
                                        .figure = FigureKey(arm, metric, "all")}}});
  }
  return chart;
}

// What a ratio's interval is for its inverse.
ChartValue Inverse(const Estimate& ratio) {
  ChartValue inverse{.value = 1 / *ratio.value};
  if (ratio.hi) inverse.lo = 1 / *ratio.hi;
  if (ratio.lo) inverse.hi = 1 / *ratio.lo;
  return inverse;
}

}  // namespace

Charts SpeedupCharts(const ReportSet& set, const ArmList& arms) {
  Charts charts{
      Forest(set, arms, "speedup", "Speed-up over plain decoding",
             "times plain decoding's tokens/s", "speedup", &SpeedupFactors::speedup),
      Forest(set, arms, "length-factor", "= accepted-length factor", "times plain's tokens a round",
             "accepted_length_factor", &SpeedupFactors::accepted_length_factor),
      Forest(set, arms, "step-factor", "\u00d7 step-time factor",
             "plain's time a round / the arm's", "step_time_factor",
             &SpeedupFactors::step_time_factor)};
  charts[0].caption =
      "Paired by prompt, bars are 95 % intervals. Right of the line: faster than plain decoding.";
  charts[1].caption = "Tokens gained a round, the target's own included.";
  charts[2].caption = "Below 1: a round takes longer than plain decoding's step.";
  std::erase_if(charts, [](const Chart& chart) { return chart.series.empty(); });
  return charts;
}

Charts BreakEvenChart(const ReportSet& set, const ArmList& arms) {
  Chart chart{.id = "break-even",
              .title = "Break-even: what a round costs, what it gains",
              .x = {.title = "time of a round / plain's", .lo = 1, .hi = 1},
              .y = {.title = "tokens of a round / plain's", .lo = 1, .hi = 1}};
  chart.x.decimals = chart.y.decimals = 3;
  chart.key = true;
  chart.caption =
      "Each arm with its 95 % intervals. On a ray the speed-up is equal; above the dark one "
      "speculation pays. Up: longer accepted runs. Left: cheaper rounds.";
  double most = 1;
  for (const ReportComparison& comparison : set.comparisons) {
    const ArmComparison* const compared = ComparedOn(comparison, "all");
    if (compared == nullptr) continue;
    const SpeedupFactors& factors = compared->factors;
    if (!factors.accepted_length_factor.ratio.value || !factors.step_time_factor.ratio.value)
      continue;
    const ReportArm& arm = set.arms[comparison.candidate];
    most = std::max(most, *factors.speedup.ratio.value);
    chart.series.push_back(
        {.name = arm.name,
         .arm = arms.IndexOf(arm.name),
         .points = {{.x = Inverse(factors.step_time_factor.ratio),
                     .y = ValueOf(factors.accepted_length_factor.ratio),
                     .figure = FigureKey(arm, "accepted_length_factor", "all")}}});
  }
  if (chart.series.empty()) return {};
  const ReportArm& plain = set.arms[set.comparisons.front().baseline];
  chart.series.push_back({.name = plain.name,
                          .arm = arms.IndexOf(plain.name),
                          .points = {{.x = {.value = 1}, .y = {.value = 1}}}});
  for (const double slope : {0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0}) {
    if (most > 3 && (slope == 0.75 || slope == 1.25)) continue;
    char text[16];
    std::snprintf(text, sizeof text, "%g\u00d7", slope);
    chart.guides.push_back({.slope = slope, .label = text, .strong = slope == 1});
  }
  return {chart};
}

Charts DomainChart(const ReportSet& set, const ArmList& arms) {
  Chart chart{.id = "accepted-length",
              .title = "Accepted length by domain",
              .caption = "Tokens of a round, the target's own included: 1 is plain decoding.",
              .y = {.title = "tokens a round", .lo = 1, .hi = 1}};
  chart.y.decimals = 3;
  const std::vector<std::string> scopes = ShownScopes(set);
  for (const std::string& scope : scopes) chart.x.categories.push_back(ScopeTitle(scope));
  const double width = 0.7 / static_cast<double>(std::max<size_t>(set.arms.size(), 1));
  for (size_t i = 0; i < set.arms.size(); ++i) {
    const ReportArm& arm = set.arms[i];
    if (IsBaseline(arm.data->run)) continue;
    ChartSeries series{.name = arm.name, .arm = arms.IndexOf(arm.name)};
    const double beside = (static_cast<double>(i) + 0.5) * width - 0.35;
    for (size_t s = 0; s < scopes.size(); ++s) {
      const MetricRecord* const metric = arm.Find("accepted_length", scopes[s]);
      if (metric == nullptr || !metric->estimate.value) continue;
      series.points.push_back({.x = {.value = static_cast<double>(s) + beside},
                               .y = ValueOf(metric->estimate),
                               .figure = FigureKey(arm, "accepted_length", scopes[s])});
    }
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  return chart.series.empty() ? Charts{} : Charts{chart};
}

}  // namespace dsb
