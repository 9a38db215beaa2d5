// How answers are drawn from the target's law, and how long they are.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

struct SamplingOptions {
  double temperature = 0;  // 0: greedy
  int32_t top_k = 0;       // 0: off
  double top_p = 1;        // 1: off
  int32_t max_tokens = 128;
  int64_t seed = 1;
};

std::vector<Option> DescribeOptions(SamplingOptions& options);

}  // namespace dsb
