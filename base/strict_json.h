// The one way to read JSON of a file: refuses what parsers disagree about. Gives no meaning to the
// content. Only the callers' .cc files include nlohmann's header.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

struct StrictJsonOptions {
  int max_depth = 8;           // of nested objects and arrays
  bool integers_only = false;  // refuse negative numbers, fractions, exponents, more than 2^63-1
};

// Throws kBadInput "NAME: byte N: found ..., expected ..." (the first byte is 1) unless `text` is
// one JSON value in UTF-8, without NUL bytes, keys given twice in one object, deeper nesting,
// numbers beyond a double, or anything behind it.
void CheckStrictJson(std::string_view text, const std::string& name,
                     const StrictJsonOptions& options = {});

// The checked value. `Json` is nlohmann::json or ordered_json.
template <typename Json>
Json ParseStrictJson(std::string_view text, const std::string& name,
                     const StrictJsonOptions& options = {}) {
  CheckStrictJson(text, name, options);
  return Json::parse(text.begin(), text.end());
}

}  // namespace dsb
