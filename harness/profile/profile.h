// `dsbench profile`: times the real engine's steps by requests and verified tokens, at a stated
// context depth, and writes a cost table (engines/scheduling/cost_table.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "harness/options/model_options.h"
#include "harness/options/workload_options.h"

namespace dsb {

struct ProfileOptions : ModelOptions {
  ProfileOptions() { drafters = {"dspark"}; }

  std::string output;                  // file
  std::vector<std::string> workloads;  // whose text fills the context; empty: shipped
  std::vector<int32_t> users = {1, 2, 4, 8, 16, 32};  // requests of a step
  int32_t context_depth = 256;                        // tokens of each before the first timed step
  int32_t samples = 7;                                // of each point, at least 5
};

// Writes options.output whole and prints the table. Ctrl-C leaves nothing behind (kResource).
ExitCode Profile(ProfileOptions options);

}  // namespace dsb
