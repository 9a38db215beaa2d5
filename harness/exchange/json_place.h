// Values of another program's JSON, read by key: what is not as expected is refused by its place.
// Unlike base/json_fields.h, which reads small files of our own, it copies nothing (a file may have
// a million values) and leaves keys alone that it does not know.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"

namespace dsb {

// `Json` is nlohmann::json, whose header only .cc files include.
template <typename Json>
class JsonPlace {
 public:
  explicit JsonPlace(std::string place) : place_(std::move(place)) {}

  // kBadInput "PLACE: WHAT".
  [[noreturn]] void Refuse(const std::string& what) const { ThrowBadInput(place_ + ": " + what); }

  const Json& At(const Json& object, const std::string& key) const {
    if (!object.is_object()) Refuse("expected a JSON object with key \"" + key + "\"");
    const auto found = object.find(key);
    if (found == object.end()) Refuse("key \"" + key + "\" is missing");
    return *found;
  }
  // Null if it is not there.
  const Json* Find(const Json& object, const std::string& key) const {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }
  double Number(const Json& value, const std::string& what, double most) const {
    const double number = value.is_number() ? value.template get<double>() : -1;
    if (!(number >= 0 && number <= most)) {
      Refuse(what + ": expected a number from 0 to " + std::to_string(most));
    }
    return number;
  }
  int64_t Count(const Json& value, const std::string& what) const {
    constexpr int64_t kMost = 1 << 24;
    if (!value.is_number() ||
        Number(value, what, kMost) != std::floor(Number(value, what, kMost))) {
      Refuse(what + ": expected a count up to " + std::to_string(kMost));
    }
    return std::llround(value.template get<double>());
  }
  std::string Text(const Json& value, const std::string& what) const {
    if (!value.is_string()) Refuse(what + ": expected a string");
    return value.template get<std::string>();
  }
  const Json& List(const Json& object, const std::string& key, size_t length) const {
    const Json& list = At(object, key);
    if (!list.is_array() || list.size() != length) {
      Refuse("key \"" + key + "\": expected a list of " + std::to_string(length) + " entries");
    }
    return list;
  }

 private:
  const std::string place_;
};

}  // namespace dsb
