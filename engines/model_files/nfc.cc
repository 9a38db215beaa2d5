#include "engines/model_files/nfc.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"

namespace dsb {
namespace {

int CombiningClass(utf8proc_int32_t code_point) {
  return utf8proc_get_property(code_point)->combining_class;
}

void AppendDecomposition(std::vector<utf8proc_int32_t>& code_points, char32_t code_point) {
  std::array<utf8proc_int32_t, 8> parts;  // a canonical decomposition has at most four
  int boundary = 0;
  const utf8proc_ssize_t count = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(code_point), parts.data(), parts.size(),
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE), &boundary);
  DSB_CHECK(count >= 0 && static_cast<size_t>(count) <= parts.size());
  code_points.insert(code_points.end(), parts.begin(), parts.begin() + count);
}

// Canonical order: runs of combining marks sorted by class, equal classes in place. The library's
// own whole-text call sorts by exchanging neighbours, which is quadratic in the length of a run.
void OrderMarks(std::vector<utf8proc_int32_t>& code_points) {
  auto first = code_points.begin();
  while (first != code_points.end()) {
    if (CombiningClass(*first) == 0) {
      ++first;
      continue;
    }
    const auto last = std::find_if(first, code_points.end(),
                                   [](utf8proc_int32_t c) { return CombiningClass(c) == 0; });
    std::stable_sort(first, last, [](utf8proc_int32_t a, utf8proc_int32_t b) {
      return CombiningClass(a) < CombiningClass(b);
    });
    first = last;
  }
}

}  // namespace

std::string NormalizeNfc(std::string_view text) {
  std::vector<utf8proc_int32_t> code_points;
  code_points.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = NextUtf8(text.substr(at));
    DSB_CHECK(step.kind == Utf8Step::Kind::kCharacter);
    AppendDecomposition(code_points, step.code_point);
    at += step.length;
  }
  OrderMarks(code_points);
  const utf8proc_ssize_t count = utf8proc_normalize_utf32(
      code_points.data(), static_cast<utf8proc_ssize_t>(code_points.size()),
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  DSB_CHECK(count >= 0);
  std::string normal;
  normal.reserve(text.size());
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    AppendUtf8(normal, static_cast<char32_t>(code_points[static_cast<size_t>(i)]));
  }
  return normal;
}

}  // namespace dsb
