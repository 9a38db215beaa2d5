#include <algorithm>

#include "reports/charts/charts.h"
#include "results/metrics/phases.h"
#include "results/metrics/selection.h"
#include "results/phases.h"

namespace dsb {
namespace {

constexpr double kMs = 1e-6;

}  // namespace

Charts TokenTimeChart(const ReportSet& set, const ArmList& arms) {
  Chart chart{.id = "token-time",
              .title = "Where a delivered token's time goes",
              .x = {.title = "ms per delivered token", .lo = 0, .decimals = 3}};
  chart.caption = "Wall time of the measured steps, prompts included, over the tokens delivered.";
  std::vector<ChartSeries> phases;
  for (size_t p = 0; p < kPhaseNames.size(); ++p) {
    phases.push_back({.name = std::string(kPhaseNames[p]), .part = p, .mark = ChartMark::kStack});
  }
  for (size_t i = 0; i < set.arms.size(); ++i) {
    const ReportArm& times = set.TimesOf(i);
    const std::optional<PhaseSummary>& summary = times.steps.phases;
    const int64_t tokens = MeasuredTokens(times.data);
    if (!summary || summary->phases.empty() || tokens == 0) continue;
    const auto row = static_cast<double>(chart.y.categories.size());
    chart.y.categories.push_back(set.arms[i].name);
    for (const PhaseTotal& phase : summary->phases) {
      const auto found = std::find(kPhaseNames.begin(), kPhaseNames.end(), phase.phase);
      if (found == kPhaseNames.end() || phase.wall_ns == 0) continue;
      phases[static_cast<size_t>(found - kPhaseNames.begin())].points.push_back(
          {.x = {.value = static_cast<double>(phase.wall_ns) * kMs / static_cast<double>(tokens)},
           .y = {.value = row},
           .figure = FigureKey(times, "phase_wall_" + phase.phase, "all"),
           .arm = arms.IndexOf(set.arms[i].name)});
    }
  }
  for (ChartSeries& phase : phases) {
    if (!phase.points.empty()) chart.series.push_back(std::move(phase));
  }
  return chart.series.empty() ? Charts{} : Charts{chart};
}

}  // namespace dsb
