#include "base/quoted.h"

#include "base/utf8.h"

namespace dsb {
namespace {

// Controls, line separators, and the marks that turn the direction of what follows.
bool IsShown(const Utf8Step& step) {
  const char32_t c = step.code_point;
  return step.kind == Utf8Step::Kind::kCharacter && c >= 0x20 && (c < 0x7F || c > 0x9F) &&
         c != 0x200E && c != 0x200F && (c < 0x2028 || c > 0x202E) && (c < 0x2066 || c > 0x2069);
}

}  // namespace

std::string Quoted(std::string_view text) {
  constexpr size_t kLongest = 80;
  std::string quoted = "\"";
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = NextUtf8(text.substr(at));
    if (at + step.length > kLongest) return quoted + "...\"";
    for (const char c : text.substr(at, step.length)) {
      if (IsShown(step)) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      quoted += "\\x";
      quoted += "0123456789abcdef"[byte >> 4];
      quoted += "0123456789abcdef"[byte & 15];
    }
    at += step.length;
  }
  return quoted + "\"";
}

}  // namespace dsb
