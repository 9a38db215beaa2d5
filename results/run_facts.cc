#include "results/run_facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dsb {
namespace {

std::string Number(double value) { return nlohmann::json(value).dump(); }

}  // namespace

std::string ConfigText(const RunRecord& run, const std::string& key) {
  const nlohmann::json config = nlohmann::json::parse(run.config_json, nullptr, false);
  if (!config.is_object()) return "";
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

bool IsBaseline(const RunRecord& run) { return run.drafter == "none"; }

bool IsGreedy(const RunRecord& run) { return run.temperature < 1e-5; }

bool ReportsRounds(const RunRecord& run) { return run.engine != "remote"; }

std::string DeviceOf(const RunRecord& run) {
  const std::string device = ConfigText(run, "device");
  return device.empty() ? "cpu" : device;
}

bool IsObserved(const RunRecord& run) { return ConfigText(run, "observers") == "on"; }

std::vector<RunRecord> UnobservedRuns(std::vector<RunRecord> runs) {
  std::erase_if(runs, IsObserved);
  return runs;
}

std::string ArmName(const RunRecord& run) {
  if (IsBaseline(run)) return "none";
  std::string name = run.drafter + " " + run.policy;
  if (const std::string threshold = ConfigText(run, "threshold"); !threshold.empty()) {
    name += " " + threshold;
  }
  name += " " + std::to_string(run.draft_length);
  const std::string weights = ConfigText(run, "drafter_weights");
  if (!weights.empty() && weights != "stored") name += " " + weights;
  return name;
}

std::string HashOf(const RunData& data, const std::string& role) {
  const auto found = data.artifacts.find(role);
  return found == data.artifacts.end() ? "" : found->second.sha256;
}

std::vector<Fact> ComparableFacts(const RunData& data) {
  const RunRecord& run = data.run;
  return {{"workload_sha256", HashOf(data, "workload")},
          {"target_sha256", HashOf(data, "target")},
          {"temperature", Number(run.temperature)},
          {"top_p", Number(run.top_p)},
          {"top_k", std::to_string(run.top_k)},
          {"max_tokens", std::to_string(run.max_tokens)}};
}

std::string SetKey(const RunData& data) {
  std::string key = data.run.label;
  for (const Fact& fact : ComparableFacts(data)) key += '\n' + fact.value;
  key += '\n' + ConfigText(data.run, "weights") + '\n' + std::to_string(data.run.threads);
  key += '\n' + std::to_string(data.run.users.value_or(0)) + '\n' + ConfigText(data.run, "device");
  return key;
}

}  // namespace dsb
