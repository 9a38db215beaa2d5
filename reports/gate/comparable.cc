#include "reports/gate/comparable.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "results/metrics/selection.h"

namespace dsb {
namespace {

constexpr const char* kForbidden[] = {"client_limited", "not_steady", "adaptive"};

std::string YesNo(bool value) { return value ? "yes" : "no"; }

// Governor and turbo of a CPU, power limit of a GPU; "" where the system says nothing.
std::string PowerMode(const EnvironmentRecord& machine) {
  std::string mode;
  const nlohmann::json detail = nlohmann::json::parse(machine.detail_json, nullptr, false);
  for (const char* key : {"governor", "no_turbo", "boost"}) {
    if (!detail.is_object() || !detail.contains(key) || !detail[key].is_string()) continue;
    const std::string value = detail[key].get<std::string>();
    if (!value.empty()) mode += (mode.empty() ? "" : ", ") + std::string(key) + " " + value;
  }
  if (machine.power_limit_mw) {
    mode += (mode.empty() ? "" : ", ") + std::to_string(*machine.power_limit_mw) + " mW";
  }
  return mode;
}

// "complete", or what is wrong with it. Requests that failed are the allowance's business; a run
// that failed without one crashed.
std::string StateOf(const RunData& data) {
  if (data.run.state == "failed" && Select(data).counts.failed > 0) return "complete";
  if (data.run.state == "failed") return "failed: " + data.run.failure.value_or("no reason stored");
  return data.run.state;
}

}  // namespace

std::vector<Fact> GateFacts(const RunData& data) {
  std::vector<Fact> facts = ComparableFacts(data);
  const RunRecord& run = data.run;
  const RunConfig config = ConfigOf(run);
  facts.push_back({"arm", ArmName(run)});
  if (!IsGreedy(run)) facts.push_back({"seed", std::to_string(run.seed)});
  facts.push_back({"weights", config.weights});
  facts.push_back({"engine", run.engine});
  facts.push_back({"threads", std::to_string(run.threads)});
  for (const Fact& fact : LoadFacts(run)) facts.push_back(fact);
  facts.push_back({"cpu_model", data.environment.cpu_model});
  facts.push_back({"device", config.device});
  facts.push_back({"gpu_model", data.environment.gpu_model.value_or("")});
  facts.push_back({"power_mode", PowerMode(data.environment)});
  for (const char* flag : {"ignore_eos", "synthetic_acceptance"}) {
    facts.push_back({flag, YesNo(data.flags.contains(flag))});
  }
  return facts;
}

std::vector<GateDifference> WhyNotComparable(const RunData& baseline, const RunData& candidate,
                                             const std::string& across, bool strict) {
  const std::string arm = ArmName(candidate.run);
  std::vector<GateDifference> differences;
  for (Difference& difference : Differences(GateFacts(baseline), GateFacts(candidate))) {
    if (difference.field != across) differences.push_back({arm, std::move(difference)});
  }
  // A computed time decides nothing about a measured one, whatever may differ.
  const std::string &before_clock = baseline.run.clock, &after_clock = candidate.run.clock;
  if (before_clock != after_clock) {
    differences.push_back({arm, {"clock", before_clock, after_clock}});
  }
  if (AreOneRun(baseline, candidate)) {
    differences.push_back({arm,
                           {"run", std::to_string(baseline.run.id),
                            std::to_string(candidate.run.id) + ": one run, or a copy of it"}});
  }
  const std::string before_state = StateOf(baseline), after_state = StateOf(candidate);
  if (before_state != "complete" || after_state != "complete") {
    differences.push_back({arm, {"state", before_state, after_state}});
  }
  std::vector<std::string> forbidden(std::begin(kForbidden), std::end(kForbidden));
  if (strict) forbidden.push_back("dirty");
  for (const std::string& flag : forbidden) {
    const bool left = baseline.flags.contains(flag), right = candidate.flags.contains(flag);
    if (left || right) differences.push_back({arm, {flag, YesNo(left), YesNo(right)}});
  }
  return differences;
}

namespace {

// With those of sampled runs.
std::vector<Fact> AllGateFacts() {
  RunData sampled;
  sampled.run.temperature = 1;
  return GateFacts(sampled);
}

}  // namespace

bool MayDiffer(const std::string& field) {
  const std::vector<Fact> facts = AllGateFacts();
  return std::any_of(facts.begin(), facts.end(),
                     [&](const Fact& fact) { return fact.field == field; });
}

void CheckAcross(const std::string& across) {
  if (across.empty() || MayDiffer(across)) return;
  ThrowBadInput("--across " + across + ": expected one of " + FieldList(AllGateFacts()));
}

}  // namespace dsb
