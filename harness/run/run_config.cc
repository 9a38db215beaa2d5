#include "harness/run/run_config.h"

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/sha256.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> kNotHashed = {"command_line", "session",
                                                        "load_average_1m"};

Json HashedPart(Json config) {
  for (const std::string_view key : kNotHashed) config.erase(std::string(key));
  return config;
}

Json ParseObject(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) ThrowBadInput("stored configuration: expected a JSON object");
  return json;
}

std::string ValueText(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() ? "nothing" : found->dump();
}

}  // namespace

RunConfig MakeRunConfig(const RunOptions& options, const ConfigFacts& facts) {
  const bool drafts = facts.arm.drafter != "none";
  Json config = {
      {"engine", options.engine},
      {"target_sha256", facts.target_sha256},
      {"weights", options.weights},
      {"arms", options.drafters},
      {"drafter", facts.arm.drafter},
      {"draft_length", facts.arm.draft_length},
      {"policy", facts.arm.policy},
      {"workload", facts.workload},
      {"workload_sha256", facts.workload_sha256},
      {"domains", options.domains},
      {"limit", options.limit},
      {"repeats", options.repeats},
      {"temperature", options.temperature},
      {"top_k", options.top_k},
      {"top_p", options.top_p},
      {"max_tokens", options.max_tokens},
      {"seed", options.seed},
      {"threads", options.threads},
      {"concurrency", options.concurrency},
      {"context_tokens", facts.context_tokens},
      {"warmup", options.warmup},
      {"block_prompts", facts.block_prompts},
      {"isa", facts.isa},
      {"label", options.label},
  };
  if (drafts) {
    config["drafter_sha256"] = facts.drafter_sha256;
    config["drafter_weights"] = options.drafter_weights;
    if (facts.arm.policy == "threshold") config["threshold"] = facts.arm.threshold;
  }
  if (options.device != "cpu") config["device"] = options.device;
  if (options.device_time) {
    config["observers"] = facts.observed ? "on" : "off";
    config["device_time_source"] = facts.device_time_source;
  }
  RunConfig result;
  result.sha256 = Sha256Hex(config.dump());
  config["command_line"] = facts.command_line;
  config["session"] = facts.session;
  config["load_average_1m"] = facts.load_average;
  // Options come from the command line, whose bytes may be no UTF-8.
  result.json = config.dump(-1, ' ', false, Json::error_handler_t::replace);
  return result;
}

std::vector<std::string> DifferingKeys(const std::string& stored_json, const std::string& json) {
  const Json stored = HashedPart(ParseObject(stored_json));
  const Json now = HashedPart(ParseObject(json));
  std::set<std::string> keys;
  for (const auto& item : stored.items()) keys.insert(item.key());
  for (const auto& item : now.items()) keys.insert(item.key());
  std::vector<std::string> differing;
  for (const std::string& key : keys) {
    const std::string before = ValueText(stored, key);
    const std::string after = ValueText(now, key);
    if (before != after) differing.push_back(key + " (stored " + before + ", now " + after + ")");
  }
  return differing;
}

std::string ConfigSession(const std::string& json) {
  const Json config = Json::parse(json, nullptr, false);
  if (!config.is_object()) return {};
  const auto found = config.find("session");
  return found != config.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string WithSession(const std::string& json, const std::string& session) {
  Json config = ParseObject(json);
  config["session"] = session;
  return config.dump();
}

}  // namespace dsb
