// Whether the flat parser's tree (engines/remote/flat_json.h) is the full parser's.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "engines/remote/flat_json.h"

namespace dsb {

inline bool SameTree(const FlatValue& flat, const nlohmann::json& full) {
  if (flat.is_object()) {
    if (!full.is_object() || flat.size() != full.size()) return false;
    for (const auto& [key, value] : full.items()) {
      const auto found = flat.find(key);
      if (found == flat.end() || !SameTree(*found, value)) return false;
    }
    return flat.empty() == full.empty();
  }
  if (flat.is_array()) {
    if (!full.is_array() || flat.size() != full.size()) return false;
    auto at = flat.begin();
    for (const nlohmann::json& value : full) {
      if (!SameTree(*at, value)) return false;
      ++at;
    }
    return at == flat.end() && flat.empty() == full.empty();
  }
  if (flat.is_string()) return full.is_string() && flat.get<std::string>() == full;
  if (flat.is_boolean()) return full.is_boolean() && flat.get<bool>() == full;
  if (flat.is_null()) return full.is_null();
  return flat.is_number() && full.is_number() &&
         flat.is_number_integer() == full.is_number_integer() &&
         (flat.is_number_integer() ? flat.get<int64_t>() == full.get<int64_t>()
                                   : flat.get<double>() == full.get<double>());
}

}  // namespace dsb
