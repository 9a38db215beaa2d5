// Finds the literals of added tokens ("<|im_end|>") in raw text, leftmost and then longest
// (formats.md 4.1, step 1). Immutable once filled.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dsb {

class LiteralMatcher {
 public:
  struct Match {
    size_t at = 0;
    size_t length = 0;
    int32_t id = -1;
  };

  // `literal` outlives the matcher. Empty literals are ignored; of equal ones the first counts.
  void Add(std::string_view literal, int32_t id);

  std::optional<Match> FindFrom(std::string_view text, size_t from) const;
  int32_t IdOf(std::string_view literal) const;  // -1 if absent

 private:
  std::unordered_map<std::string_view, int32_t> ids_;
  std::array<std::vector<size_t>, 256> lengths_;  // by first byte: distinct lengths, longest first
};

}  // namespace dsb
