// What the simulated engine goes by (harness/backends/simulated_backend.h) besides the arms' cost
// tables, which are model options.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

struct SimulatedOptions {
  // The scheduler's, where they are others than what steps take: files; each arm takes its
  // drafter's.
  std::vector<std::string> planner_tables;
  // As acceptance_spec.h reads it, for all arms, or "ARM=..." with an arm's drafter, as "dspark" or
  // "dspark@CHECKPOINT".
  std::vector<std::string> acceptance;
  int64_t cache_tokens = 0;     // of all requests together; 0: enough
  int32_t prefill_chunk = 256;  // tokens per step
  double prefill_rate = 0;      // tokens/s; 0: as the cost table's passes
};

std::vector<Option> DescribeOptions(SimulatedOptions& options);

// Of `values` the one for `arm`: behind "ARM=", or the one without a name; "" if there is none.
// kBadInput naming `option` if there are two, or on a name that is no arm of `arms`.
std::string ValueForArm(const std::string& option, const std::vector<std::string>& values,
                        const std::string& arm, const std::vector<std::string>& arms);

}  // namespace dsb
