#include "harness/options/idle_options.h"

#include <algorithm>

#include "engines/scheduling/policy_kind.h"

namespace dsb {

std::vector<std::string> IdleOptions(const DecodeOptions& options,
                                     const std::set<std::string>& given) {
  std::vector<std::string> idle;
  const auto check = [&](const char* name, bool is_idle, const char* why) {
    if (is_idle && given.contains(name)) {
      idle.push_back(std::string("--") + name + " changes nothing: " + why);
    }
  };
  constexpr double kGreedyBelow = 1e-5;  // engines/request.h
  const bool greedy = options.temperature < kGreedyBelow;
  check("top-k", greedy, "decoding is greedy, see --temperature");
  check("top-p", greedy, "decoding is greedy, see --temperature");
  const bool drafts = std::any_of(options.arms.begin(), options.arms.end(),
                                  [](const ArmOptions& arm) { return arm.drafter != "none"; });
  for (const char* name : {"draft-length", "policy", "drafter-weights", "threshold"}) {
    check(name, !drafts, "no arm has a drafter");
  }
  check("threshold", drafts && options.policy != "threshold",
        "the policy is not threshold, see --policy");
  const auto some = [&](auto predicate) {
    return std::any_of(options.arms.begin(), options.arms.end(), [&](const ArmOptions& arm) {
      const PolicyEntry* const policy = FindPolicy(arm.policy);
      return arm.drafter != "none" && policy != nullptr && predicate(*policy);
    });
  };
  check("cost-table", options.engine != "simulated" && !some([](const PolicyEntry& policy) {
                        return policy.needs_costs;
                      }),
        "no arm's policy reads it, see --policy");
  check("calibration", !some([](const PolicyEntry& policy) { return policy.needs_confidence; }),
        "no arm's policy reads confidences, see --policy");
  check("allow-biased", !some([](const PolicyEntry& policy) { return !policy.lossless; }),
        "no arm's policy is biased");
  return idle;
}

}  // namespace dsb
