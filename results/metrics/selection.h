// Which rows count (measurement.md 6): acceptance uses every request that is not warm-up, timing
// only the measured requests that finished, of one segment. Everything left out is counted, never
// silently dropped.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "results/run_data.h"

namespace dsb {

// The independent unit: the prompt, or the conversation if there is one.
const std::string& ClusterOf(const RequestRow& row);

struct RequestCounts {
  int64_t total = 0, warmup = 0, measured = 0, drain = 0;
  int64_t failed = 0;  // error or timeout, warm-up included
  int64_t cancelled = 0;
  int64_t no_decode = 0;      // timed, but the first burst was all: no tpot
  int64_t other_segment = 0;  // measured before or after the segment that timing uses
};

struct Selection {
  std::vector<const RequestRow*> acceptance;
  std::vector<const RequestRow*> timing;
  RequestCounts counts;
};

// Pointers into `data`. `scope`: all, domain:NAME or dataset:NAME. Timing of a resumed run uses the
// segment with the most measured requests, since its times cannot be joined.
Selection Select(const RunData& data, const std::string& scope = "all");

// all, then domain:... and dataset:... in alphabetical order, of the requests that are not warm-up.
std::vector<std::string> ScopesOf(const RunData& data);

// Measured and drain requests that ended, of the segment that timing uses: what MeasuredSteps
// worked on.
std::vector<const RequestRow*> MeasuredRequests(const RunData& data);
int64_t MeasuredTokens(const RunData& data);  // that they delivered

// Steps that worked on a measured or drain request: those that start while one is in flight.
std::vector<const StepRecord*> MeasuredSteps(const RunData& data);

}  // namespace dsb
