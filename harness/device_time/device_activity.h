// What a profiler saw on the device, as plain data: no CUDA header, so that everything that is made
// of it can be tested on made-up records.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/phases.h"

namespace dsb {

struct DeviceActivity {
  std::string name;  // of the kernel, or [memcpy HtoD], [memset], ...
  int64_t start_ns = 0, end_ns = 0;
  int64_t bytes = 0;  // moved by a copy or a fill; 0 for kernels
  uint32_t correlation_id = 0;
  uint32_t device = 0, stream = 0;
  bool is_kernel = false;
};

// The host call behind `correlation_id` was made while `external_id` was pushed.
struct ExternalId {
  uint32_t correlation_id = 0;
  uint64_t external_id = 0;
};

// Time from a phase's begin to its end on its stream, from events: no kernel is known by name.
struct PhaseDuration {
  uint64_t external_id = 0;
  int64_t busy_ns = 0;
};

struct ActivityBatch {
  std::vector<DeviceActivity> activities;
  std::vector<ExternalId> ids;
  std::vector<PhaseDuration> durations;
  int64_t num_dropped = 0;  // records that the profiler had no room for
};

// An external id names a phase of a step; 0 names nothing. `step` counts the observed steps of the
// process, over all runs.
constexpr uint64_t ExternalIdOf(int64_t step, Phase phase) {
  return static_cast<uint64_t>(step) * kNumPhases + static_cast<uint64_t>(phase) + 1;
}
constexpr int64_t StepOf(uint64_t external_id) {
  return static_cast<int64_t>((external_id - 1) / kNumPhases);
}
constexpr Phase PhaseOf(uint64_t external_id) {
  return static_cast<Phase>((external_id - 1) % kNumPhases);
}

}  // namespace dsb
