#include "harness/options/sampling_options.h"

namespace dsb {

std::vector<Option> DescribeOptions(SamplingOptions& o) {
  constexpr auto kWork = OptionGroup::kWork;
  return {{.name = "temperature",
           .value = &o.temperature,
           .value_name = "NUMBER",
           .help = "0: greedy; 1: the model's own distribution",
           .check = NumberIn(0, 100),
           .group = kWork,
           .stored_as = &RunConfig::temperature},
          {.name = "top-k",
           .value = &o.top_k,
           .value_name = "TOKENS",
           .help = "sample from the k most probable tokens; 0: off",
           .check = IntegerIn(0, 10'000'000),
           .group = kWork,
           .shared_by = kRun | kGenerate,
           .stored_as = &RunConfig::top_k},
          {.name = "top-p",
           .value = &o.top_p,
           .value_name = "PROBABILITY",
           .help = "sample from the smallest set of this probability; 1: off",
           .check = NumberIn(0, 1, true),
           .group = kWork,
           .stored_as = &RunConfig::top_p},
          {.name = "max-tokens",
           .value = &o.max_tokens,
           .value_name = "TOKENS",
           .help = "longest answer, end token included",
           .check = IntegerIn(1, 1'000'000),
           .group = kWork,
           .shared_by = kRun | kGenerate | kSample,
           .stored_as = &RunConfig::max_tokens},
          {.name = "seed",
           .value = &o.seed,
           .value_name = "INTEGER",
           .help = "of all random draws; arms and repeats share it",
           .check = IntegerIn(0, INT64_MAX),
           .group = kWork,
           .stored_as = &RunConfig::seed}};
}

}  // namespace dsb
