// Which prompts are answered, and how often.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

struct WorkloadOptions {
  std::vector<std::string> workloads;  // paths; empty: the shipped three
  std::vector<std::string> domains;    // empty: all
  int32_t limit = 0;                   // prompts per domain, 0: all
  int32_t repeats = 1;
};

std::vector<Option> DescribeOptions(WorkloadOptions& options);

}  // namespace dsb
