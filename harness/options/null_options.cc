#include "harness/options/null_options.h"

namespace dsb {

std::vector<Option> DescribeOptions(NullOptions& o) {
  constexpr auto kHidden = OptionGroup::kHidden;
  return {{.name = "null-step-us",
           .value = &o.null_step_us,
           .value_name = "US",
           .help = "length of a step",
           .check = IntegerIn(0, 10'000'000),
           .group = kHidden,
           .stored_as = &RunConfig::null_step_us},
          {.name = "null-noise-seed",
           .value = &o.null_noise_seed,
           .value_name = "INTEGER",
           .help = "of the rounds that are drawn anew; 0: none",
           .check = IntegerIn(0, INT64_MAX),
           .group = kHidden,
           .stored_as = &RunConfig::null_noise_seed},
          {.name = "null-accepted-cut",
           .value = &o.null_accepted_cut,
           .value_name = "SHARE",
           .help = "of the accepted tokens, taken back",
           .check = NumberIn(0, 1),
           .group = kHidden,
           .stored_as = &RunConfig::null_accepted_cut},
          {.name = "null-fail-step",
           .value = &o.null_fail_step,
           .value_name = "STEP",
           .help = "step that fails; 0: none",
           .check = IntegerIn(0, INT64_MAX),
           .group = kHidden}};  // not stored: a run goes on after a fault without it
}

}  // namespace dsb
