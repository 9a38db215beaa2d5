// What the harness itself costs: the replayer and the recorder behind an engine that takes no time.
#pragma once

#include <cstdint>
#include <string>

namespace dsb {

struct SelftestOptions {
  int32_t concurrency = 8;
  int64_t requests = 2000;
  int32_t max_tokens = 128;
  int32_t draft_length = 7;
};

struct SelftestResult {
  int64_t steps = 0, rounds = 0, requests = 0;
  double replay_s = 0;          // until the last request left the engine
  double stored_s = 0;          // until everything was committed
  double us_per_step = 0;       // replayer, null engine and hand-over to the recorder
  double rounds_per_s = 0;      // into the store, commit included
  double recorder_stall_s = 0;  // part of replay_s that waited for the recorder
};

// Writes a results file of its own into a temporary folder and removes it. kResource if that cannot
// be written.
SelftestResult RunSelftest(const SelftestOptions& options);

}  // namespace dsb
