// One line of a workload file: a JSON object with `turns` and, optionally, `id`, `domain`,
// `dataset`. Knows no file.
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
  std::vector<std::string> turns;  // not empty, each not empty, valid UTF-8
};

// Parses `line`, which has no line end, of this layout or of one of known_forms.h. kBadInput
// "PLACE: ..." on anything else.
JsonlLine ParseJsonlLine(std::string_view line, const std::string& place);

}  // namespace dsb
