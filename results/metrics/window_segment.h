// Of a resumed run, the process's stretch whose steps and window count. Pure.
#pragma once

#include <cstdint>

#include "results/run_data.h"

namespace dsb {

// data.window_segment_id if a timed request is in it, else the segment that has the most.
int64_t WindowSegment(const RunData& data);

// Measured, and came to its own end.
inline bool IsTimed(const RequestRecord& request) {
  return request.phase == "measured" && Finished(request);
}

}  // namespace dsb
