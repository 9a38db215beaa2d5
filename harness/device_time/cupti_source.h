// Device times from CUPTI's activity records: kernels, copies and fills with the phase that
// launched them. The library is opened at run time; without it, or without a driver that lets it
// work, there is a reason instead of a source.
#pragma once

#include <memory>
#include <string>

#include "harness/device_time/device_time_source.h"

namespace dsb {

struct CuptiOpening {
  std::unique_ptr<DeviceTimeSource> source;  // null: not available
  std::string why_not;                       // "no libcupti.so.13", "CUPTI_ERROR_UNKNOWN (999)"
  int version = 0;                           // of the library, 130001; 0 if it was not found
};

// One source per process at a time.
CuptiOpening OpenCupti();

}  // namespace dsb
