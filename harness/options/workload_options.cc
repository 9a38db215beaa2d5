#include "harness/options/workload_options.h"

namespace dsb {

std::vector<std::string> TooLongNames() { return {kTooLongError, kTooLongSkip, kTooLongTruncate}; }

std::vector<Option> DescribeOptions(WorkloadOptions& o) {
  constexpr auto kWork = OptionGroup::kWork;
  return {
      {.name = "workload",
       .value = &o.workloads,
       .value_name = "FILE,...",
       .help = "JSONL file with one {\"turns\": [...]} a line, each turn asked after the answer "
               "to the one before; repeatable, comma list (a file whose name has commas is taken "
               "as one); "
               "default: the shipped math, code and chat",
       .check = NotEmpty(),
       .group = kWork,
       .stored_as = AsFound{},
       .path = PathForm::kPlain},
      {.name = "domain",
       .value = &o.domains,
       .value_name = "NAME,...",
       .help = "only items of these domains; comma list; default: all",
       .check = NotEmpty(),
       .group = kWork,
       .stored_as = &RunConfig::domains},
      {.name = "limit",
       .value = &o.limit,
       .value_name = "PROMPTS",
       .help = "prompts per domain at most; 0: all",
       .check = IntegerIn(0, 1'000'000),
       .group = kWork,
       .stored_as = &RunConfig::limit},
      {.name = "too-long",
       .value = &o.too_long,
       .value_name = "HOW",
       .help = "what becomes of prompts that do not fit the context: error (exit 2), skip, or "
               "truncate-front (the last part of the message that fits); what is left out is "
               "named and recorded",
       .choices = TooLongNames(),
       .group = kWork,
       .stored_as = &RunConfig::too_long},
      {.name = "repeats",
       .value = &o.repeats,
       .value_name = "TIMES",
       .help = "times that every prompt is run, each with other draws",
       .check = IntegerIn(1, 10'000),
       .group = kWork,
       .stored_as = &RunConfig::repeats},
      {.name = "context-depth",
       .value = &o.context_depth,
       .value_name = "TOKENS,...",
       .help = "put about so many tokens of other prompts' text before each prompt, another "
               "text for each prompt and rung; comma list: every prompt at each; default: none",
       .check = IntegerIn(0, 10'000'000),
       .group = kWork,
       .shared_by = kRun,
       .stored_as = &RunConfig::context_depth}};
}

}  // namespace dsb
