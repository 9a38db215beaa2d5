// The device time source that is asked for, or the best that this machine has: CUPTI, else events,
// else none (measurement.md 5).
#pragma once

#include <memory>
#include <string>

#include "harness/device_time/device_time_source.h"

namespace dsb {

struct OpenedSource {
  std::unique_ptr<DeviceTimeSource> source;  // null: none
  std::string note;                          // one line for the user if it is not CUPTI, else empty
};
// `wanted`: auto, cupti or cuda_event. kResource if one is named that is not available.
OpenedSource OpenDeviceTimeSource(const std::string& wanted);

}  // namespace dsb
