#include "harness/options/simulated_options.h"

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "engines/drafters/registry.h"
#include "harness/options/suggestion.h"

namespace dsb {

std::vector<Option> DescribeOptions(SimulatedOptions& o) {
  constexpr auto kSimulated = OptionGroup::kSimulated;
  return {{.name = "planner-table",
           .value = &o.planner_tables,
           .value_name = "FILE",
           .help = "what the scheduler believes a step takes, likewise; default: what it takes",
           .check = NotEmpty(),
           .group = kSimulated,
           .shared_by = kRun,
           .stored_as = AsFound{},
           .path = PathForm::kPlain},
          {.name = "acceptance",
           .value = &o.acceptance,
           .value_name = "[ARM=]FILE|WHAT",
           .help = "which drafts are accepted: a results file (the arm's rounds in it, replayed), "
                   "survival:S1,S2,... (shares of the rounds that accept 1, 2, ... drafts) or "
                   "model:AL or model:AL@DRAFTS (made-up rounds with that accepted length on "
                   "blocks of so many drafts, 5 unless said); repeated if arms have their own",
           .check = NotEmpty(),
           .group = kSimulated,
           .shared_by = kRun,
           .stored_as = AsFound{},
           .path = PathForm::kAcceptance},
          {.name = "cache-tokens",
           .value = &o.cache_tokens,
           .value_name = "TOKENS",
           .help = "cache positions of all requests together, prompt and answer reserved when a "
                   "request is taken in; 0: enough",
           .check = IntegerIn(0, INT64_C(1) << 40),
           .group = kSimulated,
           .shared_by = kRun,
           .stored_as = &RunConfig::cache_tokens},
          {.name = "prefill-chunk",
           .value = &o.prefill_chunk,
           .value_name = "TOKENS",
           .help = "prompt tokens read per step",
           .check = IntegerIn(1, 1 << 20),
           .group = kSimulated,
           .shared_by = kRun,
           .stored_as = &RunConfig::prefill_chunk},
          {.name = "prefill-rate",
           .value = &o.prefill_rate,
           .value_name = "TOKENS_PER_S",
           .help = "speed at which prompts are read; 0: as the cost table says of passes as long",
           .check = NumberIn(0, 1e12),
           .group = kSimulated,
           .shared_by = kRun,
           .stored_as = &RunConfig::prefill_rate}};
}

std::string ValueForArm(const std::string& option, const std::vector<std::string>& values,
                        const std::string& arm, const std::vector<std::string>& arms) {
  std::string named, plain;
  for (const std::string& value : values) {
    const size_t equals = value.find('=');
    const std::string name = equals == std::string::npos ? "" : value.substr(0, equals);
    const std::vector<std::string> drafters = DrafterNames();
    const bool is_arm =
        name == "none" || std::find(drafters.begin(), drafters.end(),
                                    name.substr(0, name.find('@'))) != drafters.end();
    std::string& place = is_arm ? named : plain;
    if (is_arm && std::find(arms.begin(), arms.end(), name) == arms.end()) {
      ThrowBadInput("--" + option + ": '" + value + "' is for an arm that does not run, found " +
                    ListOf(arms));
    }
    if (is_arm && name != arm) continue;
    if (!place.empty()) {
      ThrowBadInput("--" + option + ": found '" + place + "' and '" + value +
                    "', expected ARM=... before each");
    }
    place = is_arm ? value.substr(equals + 1) : value;
  }
  return named.empty() ? plain : named;
}

}  // namespace dsb
