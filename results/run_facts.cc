#include "results/run_facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace dsb {
namespace {

std::string Number(double value) { return nlohmann::json(value).dump(); }

}  // namespace

RunConfig ConfigOf(const RunRecord& run) {
  return ConfigFromJson(run.config_json, "run " + std::to_string(run.id) + ": its configuration");
}

std::string SessionOf(const RunRecord& run) {
  const nlohmann::json config = nlohmann::json::parse(run.config_json, nullptr, false);
  if (!config.is_object()) return "";
  const auto session = config.find("session");
  return session != config.end() && session->is_string() ? session->get<std::string>() : "";
}

std::string ConfigProblem(const RunRecord& run) {
  try {
    ConfigOf(run);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

bool IsBaseline(const RunRecord& run) { return run.drafter == "none"; }

bool IsGreedy(const RunRecord& run) { return run.temperature < 1e-5; }

bool IsObserved(const RunRecord& run) { return ConfigOf(run).observers == "on"; }

bool AreOneRun(const RunData& a, const RunData& b) {
  if (!a.run.uuid.empty() && a.run.uuid == b.run.uuid) return true;
  const auto same_times = [](const RequestRow& x, const RequestRow& y) {
    return x.request.issued_ns == y.request.issued_ns && x.request.first_ns == y.request.first_ns &&
           x.request.finished_ns == y.request.finished_ns;
  };
  return a.run.clock == "real" && b.run.clock == "real" && !a.run.uuid.empty() &&
         !b.run.uuid.empty() && !a.requests.empty() &&
         std::equal(a.requests.begin(), a.requests.end(), b.requests.begin(), b.requests.end(),
                    same_times);
}

std::vector<RunRecord> UnobservedRuns(std::vector<RunRecord> runs) {
  std::erase_if(runs,
                [](const RunRecord& run) { return ConfigProblem(run).empty() && IsObserved(run); });
  return runs;
}

bool IsForeign(const RunRecord& run) { return run.engine == "remote" || run.engine == "imported"; }

std::string ArmName(const RunRecord& run) {
  // In every table: nobody takes its times for measured ones.
  const std::string clock = run.engine == "simulated" ? " (clock " + run.clock + ')' : "";
  if (IsBaseline(run)) return "none" + clock;
  if (IsForeign(run)) return run.drafter;  // how it drafts is its own
  const RunConfig config = ConfigOf(run);
  std::string name = run.drafter;
  if (!config.checkpoint.empty()) name += '@' + config.checkpoint;
  name += ' ' + run.policy;
  for (const double number : PolicyNumbers(config)) name += " " + Number(number);
  name += " " + std::to_string(run.draft_length);
  const std::string weights = config.drafter_weights.value_or("stored");
  if (weights != "stored") name += " " + weights;
  return name + clock;
}

std::string HashOf(const RunData& data, const std::string& role) {
  const auto found = data.artifacts.find(role);
  return found == data.artifacts.end() ? "" : found->second.sha256;
}

std::vector<Fact> ComparableFacts(const RunData& data) {
  const RunRecord& run = data.run;
  const RunConfig config = ConfigOf(run);
  // A target with an identity of its own is a folder, whose row in older files has target_sha256.
  const std::string& identity = config.target_identity_sha256;
  return {{"workload_sha256", HashOf(data, "workload")},
          {"target_sha256", identity.empty() ? HashOf(data, "target") : config.target_sha256},
          {"target_identity_sha256", identity, true},
          {"prompt_form", run.prompt_form.value_or(""), true},
          {"temperature", Number(run.temperature)},
          {"top_p", Number(run.top_p)},
          {"top_k", std::to_string(run.top_k)},
          {"max_tokens", std::to_string(run.max_tokens)}};
}

std::vector<Fact> AskedFacts(const RunRecord& run) {
  const RunConfig config = ConfigOf(run);
  RunData row;
  row.run = run;
  std::vector<Fact> facts = ComparableFacts(row);
  for (Fact& fact : facts) {  // of which a row alone has no artifacts
    if (fact.field == "workload_sha256") fact.value = config.workload_sha256;
    if (fact.field == "target_sha256") fact.value = config.target_sha256;
  }
  facts.push_back({"weights", config.weights});
  facts.push_back({"device", config.device});
  facts.push_back({"threads", std::to_string(run.threads)});
  return facts;
}

std::vector<Fact> LoadFacts(const RunRecord& run) {
  const auto text = []<typename T>(const std::optional<T>& value) {
    return value ? std::to_string(*value) : std::string();
  };
  return {{"load_mode", run.load_mode},         {"arrival", run.arrival.value_or("")},
          {"users", text(run.users)},           {"rate", text(run.offered_rate_per_s)},
          {"cv", text(run.arrival_cv)},         {"rate_scale", text(run.rate_scale)},
          {"client_cap", text(run.client_cap)}, {"think_time_ns", text(run.think_time_ns)}};
}

std::string SetKey(const RunData& data) {
  std::string key = data.run.label;
  for (const Fact& fact : ComparableFacts(data)) key += '\n' + fact.value;
  const RunConfig config = ConfigOf(data.run);
  key += '\n' + config.weights + '\n' + std::to_string(data.run.threads);
  key += '\n' + config.device;
  for (const Fact& fact : LoadFacts(data.run)) key += '\n' + fact.value;
  return key;
}

}  // namespace dsb
