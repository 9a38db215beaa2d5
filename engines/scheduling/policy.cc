#include "engines/scheduling/policy.h"

#include <string>

#include "base/error.h"

namespace dsb {

std::vector<int32_t> VerifyPolicy::Choose(int32_t next,
                                          std::span<const DraftedRequest> round) const {
  return Admit(entry().admission,
               {.threshold = options.threshold, .budget = next, .rates = &options.rates}, round);
}

VerifyPolicy MakePolicy(const PolicyOptions& options) {
  if (!(options.threshold >= 0 && options.threshold <= 1)) {
    ThrowBadInput("threshold is " + std::to_string(options.threshold) + ", expected 0 to 1");
  }
  if (options.budget < 0) {
    ThrowBadInput("budget is " + std::to_string(options.budget) + " tokens, expected 0 or more");
  }
  return {.options = options,
          .budget = MakeFixedBudget(options.kind == PolicyKind::kBudget ? options.budget
                                                                        : kUnlimitedBudget)};
}

}  // namespace dsb
