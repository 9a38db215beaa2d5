// Refuses JSON that parsers disagree about: keys given twice, raw NUL bytes, deep nesting. Run it
// before parsing text that came from a file; it gives no meaning to the content.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

struct StrictJsonOptions {
  int max_depth = 8;  // of nested objects and arrays
  bool integers_only =
      false;  // refuse negative numbers, fractions, exponents and integers above 2^63-1
};

// Throws kBadInput "NAME: ..." unless `text` is one well-formed JSON value that keeps the rules.
void CheckStrictJson(std::string_view text, const std::string& name,
                     const StrictJsonOptions& options = {});

}  // namespace dsb
