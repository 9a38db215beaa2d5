// Which rows count (measurement.md 6): acceptance uses every request that is not warm-up, timing
// only the measured requests that finished. Everything left out is counted, never silently dropped.
//
// Of a load with one window an arm (load_window.h), timing is of the requests scheduled in it.
//
// A resumed run has several segments, each a process's stretch with its own clock. A request's
// times are those of the process that answered it, so metrics of requests are over all segments.
// What is of a stretch of time (steps, phases, devices, throughput in the window) is of one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "results/metrics/window_segment.h"
#include "results/run_data.h"

namespace dsb {

// The independent unit: the prompt, or the conversation if there is one.
const std::string& ClusterOf(const RequestRow& row);

struct RequestCounts {
  int64_t total = 0, warmup = 0, measured = 0, drain = 0;
  int64_t failed = 0;  // error or timeout, warm-up included
  int64_t cancelled = 0;
  int64_t no_decode = 0;       // timed, but the first burst was all: no tpot
  int64_t outside_window = 0;  // timed, but scheduled while a load filled, or after its window
  int64_t other_segment = 0;   // timed, but not in the segment whose steps and window count
};

struct Selection {
  std::vector<const RequestRow*> acceptance;
  std::vector<const RequestRow*> timing;  // of all segments
  RequestCounts counts;
};

// Pointers into `data`. `scope`: all, domain:NAME or dataset:NAME.
Selection Select(const RunData& data, const std::string& scope = "all");

// all, then domain:... and dataset:... in alphabetical order, of the requests that are not warm-up.
std::vector<std::string> ScopesOf(const RunData& data);

// Measured and drain requests that ended, of the window's segment: what MeasuredSteps worked on.
std::vector<const RequestRow*> MeasuredRequests(const RunData& data);
int64_t MeasuredTokens(const RunData& data);  // that they delivered

// Steps that worked on a measured or drain request: those that start while one is in flight.
std::vector<const StepRecord*> MeasuredSteps(const RunData& data);

}  // namespace dsb
