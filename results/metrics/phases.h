// Where the steps' time went (measurement.md 5, CPU part): wall and thread CPU time per phase over
// the measured steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/checked_run.h"

namespace dsb {

struct PhaseTotal {
  std::string phase;
  int64_t wall_ns = 0;
  std::optional<int64_t> thread_cpu_ns;  // empty if any step lacks it
};

struct PhaseSummary {
  int64_t num_steps = 0;
  int64_t step_wall_ns = 0;
  std::vector<PhaseTotal>
      phases;  // in the order of measurement.md 5; phases that never ran are left out
  int64_t phases_wall_ns() const;  // at most step_wall_ns, or the run is implausible
  std::optional<int64_t> thread_cpu_ns() const;
};

// Steps of measured and drain requests only. Empty if the run's steps are incomplete.
std::optional<PhaseSummary> SummarisePhases(const CheckedRun& run);

}  // namespace dsb
