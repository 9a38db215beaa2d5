#include "harness/options/config_file.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "base/text_file.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

std::string ScalarText(const Json& value, const std::string& name, const std::string& key) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  ThrowBadInput(name + ": key " + Quoted(key) + ": expected a string, number or boolean, found " +
                value.type_name());
}

}  // namespace

std::vector<ConfigEntry> ParseConfig(const std::string& text, const std::string& name) {
  const Json config = ParseStrictJson<Json>(text, name);
  if (!config.is_object()) {
    ThrowBadInput(name + ": expected one JSON object, found " + config.type_name());
  }
  std::vector<ConfigEntry> entries;
  for (const auto& [key, value] : config.items()) {
    ConfigEntry entry{.key = key, .values = {}};
    if (value.is_array()) {
      for (const Json& element : value) entry.values.push_back(ScalarText(element, name, key));
      if (entry.values.empty()) ThrowBadInput(name + ": key " + Quoted(key) + ": empty array");
    } else {
      entry.values.push_back(ScalarText(value, name, key));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<ConfigEntry> ReadConfigFile(const std::string& path) {
  return ParseConfig(ReadTextFile(path), path);
}

}  // namespace dsb
