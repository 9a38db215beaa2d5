#include "engines/model_files/config_keys.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/model_files/json_config.h"

namespace dsb {
namespace {

using nlohmann::json;

std::string Expected(const char* values) {
  const std::string list = values;
  return (list.empty() ? "none" : list) + ": dsbench computes nothing else";
}

}  // namespace

ConfigKeys JoinKeys(std::initializer_list<std::span<const ConfigKey>> lists) {
  std::map<std::string, ConfigKey> all;
  for (const std::span<const ConfigKey> list : lists) {
    for (const ConfigKey& key : list) all.emplace(key.name, key);
  }
  ConfigKeys joined;
  for (const auto& entry : all) joined.push_back(entry.second);
  return joined;
}

bool IsNeutral(const JsonConfig& file, const ConfigKey& key) {
  if (!file.Has(key.name)) return true;
  const json value = json::parse(file.Value(key.name));
  const json list = json::parse("[" + std::string(key.values) + "]");
  return std::any_of(list.begin(), list.end(), [&](const json& one) { return one == value; });
}

std::vector<std::string> CheckKeyValues(const JsonConfig& file, std::span<const ConfigKey> keys) {
  std::vector<std::string> unknown;
  for (const std::string& name : file.Keys()) {
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const ConfigKey& key) { return name == key.name; });
    if (found == keys.end()) {
      unknown.push_back(name);
    } else if (found->use == ConfigKey::Use::kOnly && !IsNeutral(file, *found)) {
      file.Refuse(name, file.Value(name), Expected(found->values));
    }
  }
  return unknown;
}

void CheckKeys(const JsonConfig& file, std::span<const ConfigKey> keys) {
  const std::vector<std::string> unknown = CheckKeyValues(file, keys);
  if (unknown.empty()) return;
  ThrowBadInput(file.name() + ": key " + Quoted(unknown.front()) +
                " is not known, expected none that could change the output (docs/checkpoints.md "
                "lists the known ones; one that changes nothing can be removed)");
}

}  // namespace dsb
