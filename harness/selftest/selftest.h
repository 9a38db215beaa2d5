// What the harness itself costs: schedule, replayer and recorder behind an engine that takes no
// time.
#pragma once

#include <cstdint>
#include <string>

namespace dsb {

struct SelftestOptions {
  int32_t concurrency = 8;
  int64_t requests = 2000;
  int32_t max_tokens = 128;
  int32_t draft_length = 7;
  double rate_per_s = 0;  // Poisson arrivals into the engine's queue; 0: a closed loop
};

struct SelftestResult {
  int64_t steps = 0, rounds = 0, requests = 0;
  double schedule_s = 0;        // to draw the arrivals and write them down
  double issue_lag_p99_s = 0;   // of requests against their schedule
  double replay_s = 0;          // until the last request left the engine
  double stored_s = 0;          // until everything was committed, the schedule included
  double us_per_step = 0;       // replayer, null engine and hand-over to the recorder
  double rounds_per_s = 0;      // into the store, commit included
  double recorder_stall_s = 0;  // part of replay_s that waited for the recorder
};

// Writes a results file of its own into a temporary folder and removes it. kResource if that cannot
// be written.
SelftestResult RunSelftest(const SelftestOptions& options);

}  // namespace dsb
