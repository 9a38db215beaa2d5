// `dsbench fleet` behind its command line: sections in parallel, each kept in a file once it is
// done, so that a run that was killed goes on where it was.
#pragma once

#include <cstdint>
#include <string>

namespace dsb {

struct FleetCommandOptions {
  std::string cost_table, acceptance;  // acceptance_spec.h; empty: plain decoding
  std::string policy = "fixed";
  int32_t draft_length = 0;  // 0: the table's
  int32_t replicas = 1, concurrency = 64;
  std::string router = "least-loaded";
  double rate = 1;  // requests/s of the fleet
  int64_t requests = 10000, section_requests = 10000;
  int32_t prompt_tokens = 512, answer_tokens = 200;
  double prefill_rate = 0;  // tokens/s; 0: by the table
  int64_t seed = 1;
  int32_t threads = 0;  // 0: one per usable core
  std::string output;   // progress and sums, JSON; empty: none is kept
  bool resume = false;
};

// Text or JSON; equal for equal options but threads, output and resume. kBadInput on a file of
// another run.
std::string RunFleet(const FleetCommandOptions& options, const std::string& format, int columns);

}  // namespace dsb
