// How requests come, and how much room each has.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

struct LoadOptions {
  int32_t concurrency = 1;  // users of the closed loop
  int32_t context = 0;      // tokens per sequence, 0: what the longest prompt needs
  int32_t warmup = 4;       // requests per arm
};

std::vector<Option> DescribeOptions(LoadOptions& options);

}  // namespace dsb
