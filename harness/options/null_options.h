// What the self-tests' engine without a model does (harness/backends/null_engine.h).
#pragma once

#include <cstdint>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

struct NullOptions {
  int64_t null_step_us = 0;
  int64_t null_noise_seed = 0;   // not 0: a fifth of the rounds draw their accepted tokens anew
  double null_accepted_cut = 0;  // share of the accepted tokens that are taken back
  int64_t null_fail_step = 0;
};

std::vector<Option> DescribeOptions(NullOptions& options);

}  // namespace dsb
