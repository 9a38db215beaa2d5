#include <algorithm>
#include <set>

#include "reports/charts/charts.h"
#include "reports/pareto/pareto.h"

namespace dsb {
namespace {

// One figure of each arm under each number of users, over all sets of a report.
Chart OverUsers(const ReportModel& model, const ArmList& arms, Chart chart, const char* x_metric,
                const char* y_metric, ChartMark mark) {
  for (const std::string& name : arms.names()) {
    ChartSeries series{.name = name, .arm = arms.IndexOf(name), .mark = mark};
    for (const ReportSet& set : model.sets) {
      for (const ReportArm& arm : set.arms) {
        if (arm.name != name) continue;
        const MetricRecord *const x = arm.Find(x_metric, "all"), *const y =
                                                                     arm.Find(y_metric, "all");
        if (x == nullptr || y == nullptr || !x->estimate.value || !y->estimate.value) continue;
        series.points.push_back({.x = ValueOf(x->estimate),
                                 .y = ValueOf(y->estimate),
                                 .label = LoadName(arm.data->run),
                                 .figure = FigureKey(arm, y_metric, "all")});
      }
    }
    std::sort(series.points.begin(), series.points.end(),
              [](const ChartPoint& a, const ChartPoint& b) { return a.x.value < b.x.value; });
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

Charts LoadCharts(const ReportModel& model, const ArmList& arms) {
  std::set<std::string> loads;
  for (const ReportSet& set : model.sets) loads.insert(LoadName(set.arms.front().data->run));
  if (loads.size() < 2) return {};
  const ChartAxis in_flight{.title = "requests decoding at once", .lo = 0};
  const ChartAxis throughput{.title = "tokens/s of all users", .lo = 0, .decimals = 1};
  return {
      OverUsers(
          model, arms,
          {.id = "pareto",
           .title = "Throughput against a user's speed",
           .caption = "A point a load, joined as steps: nothing between two points was measured.",
           .x = {.title = "tokens/s of a user", .decimals = 1},
           .y = throughput},
          "user_decode_tokens_per_s", "output_tokens_per_s", ChartMark::kSteps),
      OverUsers(
          model, arms,
          {.id = "throughput", .title = "Throughput against load", .x = in_flight, .y = throughput},
          "mean_decode_concurrency", "output_tokens_per_s", ChartMark::kLine),
      OverUsers(model, arms,
                {.id = "budget",
                 .title = "Verification budget against load",
                 .caption = "Tokens verified a request and round, the anchor's included.",
                 .x = in_flight,
                 .y = {.title = "tokens verified a round", .lo = 1}},
                "mean_decode_concurrency", "budget", ChartMark::kLine)};
}

}  // namespace dsb
