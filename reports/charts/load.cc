#include <algorithm>

#include "base/counted.h"
#include "reports/charts/charts.h"

namespace dsb {
namespace {

constexpr const char* kOverRuns =
    " A point is the mean over the runs of its load, with 95 % t intervals where there are two or "
    "more.";

// One figure of each arm under each load; `metric` is y's, the key of a point of one run.
Chart OverLoads(const std::vector<ParetoPoint>& points, const ArmList& arms, Chart chart,
                Estimate ParetoPoint::*x, Estimate ParetoPoint::*y, const char* metric,
                ChartMark mark) {
  for (const std::string& name : arms.names()) {
    ChartSeries series{.name = name, .arm = arms.IndexOf(name), .mark = mark};
    for (const ParetoPoint& point : points) {
      if (point.arm != name || !(point.*x).value || !(point.*y).value) continue;
      const bool alone = point.runs.size() == 1;
      const auto num_runs = static_cast<int64_t>(point.runs.size());
      series.points.push_back(
          {.x = ValueOf(point.*x),
           .y = ValueOf(point.*y),
           .label = point.load + (alone ? "" : ", " + Counted(num_runs, "run")),
           .figure = alone ? std::to_string(point.runs.front()) + " " + metric + " all" : ""});
    }
    std::sort(series.points.begin(), series.points.end(),
              [](const ChartPoint& a, const ChartPoint& b) { return a.x.value < b.x.value; });
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace

Charts LoadCharts(const std::vector<ParetoPoint>& points, const ArmList& arms) {
  const ChartAxis in_flight{.title = "requests decoding at once", .lo = 0};
  const ChartAxis throughput{.title = "tokens/s of all users", .lo = 0, .decimals = 1};
  return {
      OverLoads(points, arms,
                {.id = "pareto",
                 .title = "Throughput against a user's speed",
                 .caption = "Right and up is better. The line is the throughput that an arm was "
                            "seen to reach at this speed of a user or more; what lies between "
                            "two points was not measured." +
                            std::string(kOverRuns),
                 .key = true,
                 .x = {.title = "tokens/s of a user", .decimals = 1},
                 .y = throughput},
                &ParetoPoint::user_tokens_per_s, &ParetoPoint::output_tokens_per_s,
                "output_tokens_per_s", ChartMark::kFront),
      OverLoads(points, arms,
                {.id = "throughput",
                 .title = "Throughput against load",
                 .caption = "Tokens delivered to all users in the window, over its length." +
                            std::string(kOverRuns),
                 .x = in_flight,
                 .y = throughput},
                &ParetoPoint::decode_concurrency, &ParetoPoint::output_tokens_per_s,
                "output_tokens_per_s", ChartMark::kLine),
      OverLoads(points, arms,
                {.id = "budget",
                 .title = "Verification budget against load",
                 .caption = "Tokens verified a request and round, the target's own included: 1 "
                            "is plain decoding." +
                            std::string(kOverRuns),
                 .x = in_flight,
                 .y = {.title = "tokens verified a round", .lo = 1}},
                &ParetoPoint::decode_concurrency, &ParetoPoint::budget, "budget",
                ChartMark::kLine)};
}

}  // namespace dsb
