#include <initializer_list>

#include "base/counted.h"
#include "reports/charts/charts.h"
#include "results/metrics/confidence.h"
#include "results/metrics/selection.h"
#include "results/statistics/estimate.h"

namespace dsb {

Charts ReliabilityCharts(const ReportSet& set, const ArmList& arms) {
  Charts charts;
  std::vector<ConfidenceQuality> quality;
  size_t positions = 0;
  for (const ReportArm& arm : set.arms) {
    ConfidenceRounds rounds;
    for (const RequestRow* row : Select(arm.data).acceptance) {
      for (const RoundRecord& round : row->request.rounds) rounds.Add(round);
    }
    quality.push_back(QualityOf(rounds));
    positions = std::max(positions, quality.back().positions.size());
  }
  for (const size_t k : std::initializer_list<size_t>{0, 2, 4, 6}) {
    if (k >= positions) break;
    const std::string position = std::to_string(k + 1);
    Chart chart{.id = "reliability-" + position,
                .title = "Reliability of the confidence, position " + position,
                .x = {.title = "predicted survival", .lo = 0, .hi = 1},
                .y = {.title = "observed survival", .lo = 0, .hi = 1}};
    chart.x.decimals = chart.y.decimals = 3;
    chart.caption =
        "Rounds in 20 bins of their predicted chance that all drafts up to here are accepted; "
        "bands "
        "are Wilson's 95 % intervals. On the diagonal the confidence means what it says.";
    chart.guides.push_back({.slope = 1, .strong = false});
    for (size_t i = 0; i < set.arms.size(); ++i) {
      if (k >= quality[i].positions.size()) continue;
      ChartSeries series{.name = set.arms[i].name,
                         .arm = arms.IndexOf(set.arms[i].name),
                         .mark = ChartMark::kLine};
      for (const ReliabilityBin& bin : quality[i].positions[k].reliability) {
        const auto n = static_cast<int64_t>(bin.weight + 0.5);
        const auto hits = static_cast<int64_t>(bin.mean_label * bin.weight + 0.5);
        const Estimate interval = Wilson(hits, n);
        series.points.push_back(
            {.x = {.value = bin.mean_prediction},
             .y = {.value = bin.mean_label, .lo = interval.lo, .hi = interval.hi},
             .label = Counted(n, "round")});
      }
      if (!series.points.empty()) chart.series.push_back(std::move(series));
    }
    if (!chart.series.empty()) charts.push_back(std::move(chart));
  }
  return charts;
}

}  // namespace dsb
