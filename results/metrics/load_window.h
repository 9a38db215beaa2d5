// The stretch of a load that counts (measurement.md 6): after the system has filled, until nobody
// new comes. Computed from the rows alone. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "results/run_data.h"

namespace dsb {

struct LoadWindow {
  int64_t start_ns = 0, end_ns = 0;
  // The system was still filling when the last request came: then the window is all of the load.
  bool filled = true;

  int64_t length_ns() const { return end_ns - start_ns; }
  bool Contains(int64_t t_ns) const { return start_ns <= t_ns && t_ns <= end_ns; }
};

// Of a run with one window an arm (its row names an arrival process), in the segment whose window
// counts: from the first moment at which 95 % of the users are in the system (closed loop without
// think time), or three median end-to-end times after the first arrival, until the first user finds
// nothing left to ask, or the last arrival. Batch: from the start to the last answer. None for
// other runs, and without requests.
std::optional<LoadWindow> LoadWindowOf(const RunData& data);

// When the request left: its end, or its last tokens.
int64_t LeftNs(const RequestRecord& request);
// Requests that are no warm-up, of the segment whose window counts, in order of their schedule.
std::vector<const RequestRow*> LoadRequests(const RunData& data);

}  // namespace dsb
