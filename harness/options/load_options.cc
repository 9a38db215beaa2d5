#include "harness/options/load_options.h"

namespace dsb {

std::vector<Option> DescribeOptions(LoadOptions& o) {
  constexpr auto kExecution = OptionGroup::kExecution;
  return {{.name = "concurrency",
           .value = &o.concurrency,
           .value_name = "USERS",
           .help = "users of the closed loop: requests decoded at the same time",
           .check = IntegerIn(1, 1024),
           .group = kExecution,
           .stored_as = &RunConfig::concurrency},
          {.name = "context",
           .value = &o.context,
           .value_name = "TOKENS",
           .help = "tokens per request (prompt, answer, draft length and 1); 0: what the longest "
                   "prompt needs",
           .check = IntegerIn(0, 10'000'000),
           .group = kExecution,
           .stored_as = AsFound{}},
          {.name = "warmup",
           .value = &o.warmup,
           .value_name = "REQUESTS",
           .help = "requests per arm before measuring, stored and not counted",
           .check = IntegerIn(0, 999),
           .group = kExecution,
           .stored_as = &RunConfig::warmup}};
}

}  // namespace dsb
