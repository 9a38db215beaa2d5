#include "results/metrics/phases.h"

#include <map>

#include "results/metrics/selection.h"
#include "results/phases.h"

namespace dsb {

int64_t PhaseSummary::phases_wall_ns() const {
  int64_t sum = 0;
  for (const PhaseTotal& phase : phases) sum += phase.wall_ns;
  return sum;
}

std::optional<int64_t> PhaseSummary::thread_cpu_ns() const {
  int64_t sum = 0;
  for (const PhaseTotal& phase : phases) {
    if (!phase.thread_cpu_ns) return std::nullopt;
    sum += *phase.thread_cpu_ns;
  }
  return sum;
}

std::optional<PhaseSummary> SummarisePhases(const CheckedRun& run) {
  const RunData& data = *run;
  if (!data.run.steps_complete) return std::nullopt;
  PhaseSummary summary;
  std::map<std::string, PhaseTotal, std::less<>> totals;
  for (const StepRecord* step : MeasuredSteps(data)) {
    ++summary.num_steps;
    summary.step_wall_ns += step->wall_ns;
    for (const PhaseTimeRecord& time : step->phases) {
      auto [place, is_new] = totals.try_emplace(time.phase);
      PhaseTotal& total = place->second;
      if (is_new) total.thread_cpu_ns = 0;
      total.wall_ns += time.wall_ns;
      if (time.thread_cpu_ns && total.thread_cpu_ns) {
        *total.thread_cpu_ns += *time.thread_cpu_ns;
      } else {
        total.thread_cpu_ns.reset();
      }
    }
  }
  for (const std::string_view phase : kPhaseNames) {
    const auto found = totals.find(phase);
    if (found == totals.end()) continue;
    PhaseTotal& total = found->second;
    if (total.wall_ns == 0 && total.thread_cpu_ns.value_or(0) == 0) continue;
    total.phase = phase;
    summary.phases.push_back(total);
  }
  return summary;
}

}  // namespace dsb
