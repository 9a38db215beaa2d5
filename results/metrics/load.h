// Throughput and concurrency of a run's window (measurement.md 3).
#pragma once

#include <cstdint>
#include <optional>

#include "results/checked_run.h"

namespace dsb {

struct LoadSummary {
  int64_t window_ns = 0;
  int64_t tokens = 0;        // delivered in the window, warm-up excluded
  int64_t requests = 0;      // finished in the window
  int64_t in_flight_ns = 0;  // sum over requests of the time in the window with s <= t < f
  int64_t in_decode_ns = 0;  // the same with t_1 <= t < t_B
};

// Of a load with one window an arm: load_window.h. Else, closed loop and batch: the window is the
// time with a measured request in flight, so that arms which take turns do not count each other's
// time. Open loop and trace: from the first to the last scheduled time. Of a resumed run: of one
// segment (selection.h). Empty without a window.
std::optional<LoadSummary> SummariseLoad(const CheckedRun& run);

}  // namespace dsb
