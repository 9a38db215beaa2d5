// One line of a workload file: a JSON object with `turns` and, optionally, `id`, `domain`,
// `dataset`. Knows no file: its errors name the column, the caller adds file and line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

struct JsonlLine {
  std::optional<std::string> id;
  std::optional<std::string> domain;
  std::optional<std::string> dataset;
  std::vector<std::string> turns;  // not empty, each not empty
};

// Parses `line` (valid UTF-8, without its line end) into `*out`. Returns an empty string, or else
// what was found and what was expected. Stops at the first value that the layout does not allow, so
// nesting costs neither stack nor memory.
std::string ParseJsonlLine(std::string_view line, JsonlLine* out);

}  // namespace dsb
