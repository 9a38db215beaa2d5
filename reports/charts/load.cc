#include <algorithm>

#include "base/counted.h"
#include "reports/charts/charts.h"
#include "reports/pareto/pareto.h"

namespace dsb {
namespace {

constexpr const char* kOverRuns =
    " A point is the mean over the runs of its load, with 95 % t intervals where there are two or "
    "more.";

// One figure of each arm under each load.
Chart OverLoads(const std::vector<LoadPoint>& points, const ArmList& arms, double level,
                Chart chart, const char* x_metric, const char* y_metric, ChartMark mark) {
  for (const std::string& name : arms.names()) {
    ChartSeries series{.name = name, .arm = arms.IndexOf(name), .mark = mark};
    for (const LoadPoint& point : points) {
      if (point.arm != name) continue;
      const Estimate x = MeanOverRuns(point, x_metric, level),
                     y = MeanOverRuns(point, y_metric, level);
      if (!x.value || !y.value) continue;
      const bool alone = point.runs.size() == 1;
      series.points.push_back(
          {.x = ValueOf(x),
           .y = ValueOf(y),
           .label = LoadName(point.runs.front()->data->run) +
                    (alone ? "" : ", " + Counted(static_cast<int64_t>(point.runs.size()), "run")),
           .figure = alone ? FigureKey(*point.runs.front(), y_metric, "all") : ""});
    }
    std::sort(series.points.begin(), series.points.end(),
              [](const ChartPoint& a, const ChartPoint& b) { return a.x.value < b.x.value; });
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

Charts LoadCharts(const LoadGroup& group, const ArmList& arms, double level) {
  const std::vector<LoadPoint> points = LoadPointsOf(group);
  const ChartAxis in_flight{.title = "requests decoding at once", .lo = 0};
  const ChartAxis throughput{.title = "tokens/s of all users", .lo = 0, .decimals = 1};
  Charts charts{
      OverLoads(
          points, arms, level,
          {.id = "pareto",
           .title = "Throughput against a user's speed",
           .caption = "Right and up is better. The line is the throughput that an arm was seen "
                      "to reach at this speed of a user or more; what lies between two points "
                      "was not measured." +
                      std::string(kOverRuns),
           .key = true,
           .x = {.title = "tokens/s of a user", .decimals = 1},
           .y = throughput},
          "user_decode_tokens_per_s", "output_tokens_per_s", ChartMark::kFront),
      OverLoads(points, arms, level,
                {.id = "throughput",
                 .title = "Throughput against load",
                 .caption = "Tokens delivered to all users in the window, over its length." +
                            std::string(kOverRuns),
                 .x = in_flight,
                 .y = throughput},
                "mean_decode_concurrency", "output_tokens_per_s", ChartMark::kLine),
      OverLoads(points, arms, level,
                {.id = "budget",
                 .title = "Verification budget against load",
                 .caption = "Tokens verified a request and round, the target's own included: 1 is "
                            "plain decoding." +
                            std::string(kOverRuns),
                 .x = in_flight,
                 .y = {.title = "tokens verified a round", .lo = 1}},
                "mean_decode_concurrency", "budget", ChartMark::kLine)};
  return charts;
}

}  // namespace dsb
