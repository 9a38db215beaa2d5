// A launch as the timeline shows it, on the run's clock.
#pragma once

#include <cstdint>

#include "engines/phases.h"
#include "harness/device_time/device_activity.h"

namespace dsb {

struct TimelineLaunch {
  int64_t run_id = 0;
  int64_t step_idx = 0;
  Phase phase = Phase::kOther;
  DeviceActivity activity;
};

}  // namespace dsb
