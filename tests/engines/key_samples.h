// Values for every key of a list: those that must change nothing, together, and one for each key
// that must be refused. Not part of the product.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "engines/model_files/config_keys.h"

namespace dsb {

struct KeySamples {
  std::vector<nlohmann::json> harmless;  // objects: all keys that may say so at once
  nlohmann::json refused = nlohmann::json::object();

  explicit KeySamples(std::span<const ConfigKey> keys) {
    using nlohmann::json;
    const json absurd = {{"x", 1}};  // no key is read as such an object
    json whatever = json::object(), nothing = json::object();
    std::vector<json> neutral;
    for (const ConfigKey& key : keys) {
      if (key.use == ConfigKey::Use::kHarmless) {
        whatever[key.name] = absurd;
      } else {
        refused[key.name] = absurd;
      }
      if (key.use != ConfigKey::Use::kRead) nothing[key.name] = nullptr;
      if (key.use != ConfigKey::Use::kOnly) continue;
      const json values = json::parse("[" + std::string(key.values) + "]");
      neutral.resize(std::max(neutral.size(), values.size()), json::object());
      for (size_t i = 0; i < values.size(); ++i) neutral[i][key.name] = values[i];
    }
    harmless = {whatever, nothing};
    harmless.insert(harmless.end(), neutral.begin(), neutral.end());
  }
};

}  // namespace dsb
