#include "harness/options/idle_options.h"

#include <algorithm>

#include "base/error.h"
#include "engines/scheduling/policy_kind.h"
#include "harness/options/names.h"

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

void RefuseForeignOptions(const RunOptions& options, const std::set<std::string>& given) {
  const bool remote = EngineFromName(options.engine) == EngineKind::kRemote;
  constexpr const char* kOurs[] = {
      "drafters",           "drafter-path", "drafter-weights", "draft-length", "policy",
      "threshold",          "weights",      "device",          "threads",      "device-time",
      "device-time-source", "slots"};
  constexpr const char* kServers[] = {"url",
                                      "arm",
                                      "model",
                                      "api",
                                      "api-key-env",
                                      "connect-timeout",
                                      "first-byte-timeout",
                                      "idle-timeout",
                                      "request-timeout"};
  const auto refuse = [&](const auto& names, const std::string& why) {
    for (const char* name : names) {
      if (given.contains(name)) ThrowBadInput("--" + std::string(name) + ": " + why);
    }
  };
  constexpr const char* kSimulated[] = {"planner-table", "acceptance", "cache-tokens",
                                        "prefill-chunk", "prefill-rate"};
  if (EngineFromName(options.engine) != EngineKind::kSimulated) {
    refuse(kSimulated, "expected --engine simulated with it");
  }
  if (remote) {
    refuse(kOurs, "it is the server's own matter, expected it without --engine remote");
  } else {
    refuse(kServers, "expected --engine remote with it");
  }
}

}  // namespace dsb
