// Joins device activities with the step and phase that launched them, by correlation id and
// external id, never by time (measurement.md 5). Plain data in and out; the caller locks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "harness/device_time/device_activity.h"

namespace dsb {

struct PhaseDeviceTime {
  std::optional<int64_t> kernel_ns;  // sum of kernel durations; empty if only events were taken
  int64_t busy_ns = 0;               // union of kernels, copies and fills, summed over devices
};

// What one step did on the device.
struct StepDeviceTime {
  std::optional<PhaseDeviceTime> phases[kNumPhases];  // empty: nothing was launched
  int64_t busy_ns = 0;                                // union over the phases
  struct Launch {
    Phase phase;
    DeviceActivity activity;
  };
  std::vector<Launch> launches;
};

class DeviceJoin {
 public:
  void Add(ActivityBatch batch);

  // Everything known of `step`, which is forgotten. Steps are taken in rising order; what arrives
  // later for a step that was taken is counted as late.
  StepDeviceTime Take(int64_t step);

  // Activities without an external id that have waited for one through at least `min_batches` later
  // batches, for the caller to book as `other`; forgets them.
  std::vector<DeviceActivity> TakeUnknown(int min_batches);

  int64_t num_dropped() const { return num_dropped_; }
  int64_t num_late() const { return num_late_; }
  bool saw_ids() const { return saw_ids_; }

 private:
  struct StepWork {
    std::vector<StepDeviceTime::Launch> launches;
    std::vector<PhaseDuration> durations;
    std::vector<uint32_t> correlation_ids;  // to be forgotten with the step
  };
  struct Unknown {
    DeviceActivity activity;
    int num_batches = 0;  // since it came
  };
  void Place(DeviceActivity activity, uint64_t external_id);
  // Whether its step was found; the activity is moved from then.
  bool PlaceIfKnown(DeviceActivity& activity);

  std::unordered_map<uint32_t, uint64_t> external_ids_;  // by correlation id
  std::map<int64_t, StepWork> steps_;
  std::vector<Unknown> unknown_;
  int64_t next_step_ = 0;  // the first that was not taken
  int64_t num_dropped_ = 0, num_late_ = 0;
  bool saw_ids_ = false;
};

}  // namespace dsb
