#include "base/quoted.h"

#include <algorithm>
#include <iterator>

#include "base/utf8.h"

namespace dsb {
namespace {

struct Range {
  char32_t first, last;
};

// Controls, line separators, marks of direction, what has no glyph (Unicode's
// Default_Ignorable_Code_Point), and U+FFFE, U+FFFF, which no XML may hold. Joiners (U+200C,
// U+200D) and variation selectors have no glyph either, but scripts and emoji are written with
// them.
constexpr Range kHidden[] = {
    {0, 0x1F},         {0x7F, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},     {0x61C, 0x61C},
    {0x115F, 0x1160},  {0x17B4, 0x17B5}, {0x180E, 0x180E},   {0x200B, 0x200B},   {0x200E, 0x200F},
    {0x2028, 0x202E},  {0x2060, 0x206F}, {0x3164, 0x3164},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB},  {0xFFFE, 0xFFFF}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF},
    {0xE01F0, 0xE0FFF}};

bool IsShown(const Utf8Step& step) {
  if (step.kind != Utf8Step::Kind::kCharacter) return false;
  return std::none_of(std::begin(kHidden), std::end(kHidden), [&](const Range& range) {
    return step.code_point >= range.first && step.code_point <= range.last;
  });
}

void AppendHex(std::string_view bytes, std::string& text) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += "\\x";
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
}

void AppendUtf16(char32_t unit, std::string& text) {
  text += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) text += "0123456789abcdef"[(unit >> shift) & 15];
}

// `keep`: hidden characters that stay.
std::string Clean(std::string_view text, std::string_view keep) {
  std::string shown;
  while (!text.empty()) {
    const Utf8Step step = NextUtf8(text);
    const std::string_view bytes = text.substr(0, step.length);
    if (IsShown(step) || keep.find(bytes) != std::string_view::npos) {
      shown += bytes;
    } else if (bytes == "\n" || bytes == "\r" || bytes == "\t") {
      shown += ' ';
    } else {
      AppendHex(bytes, shown);
    }
    text.remove_prefix(step.length);
  }
  return shown;
}

}  // namespace

std::string Quoted(std::string_view text) {
  constexpr size_t kLongest = 80;
  std::string quoted = "\"";
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = NextUtf8(text.substr(at));
    if (at + step.length > kLongest) return quoted + "...\"";
    const std::string_view bytes = text.substr(at, step.length);
    if (IsShown(step)) {
      if (bytes == "\"" || bytes == "\\") quoted += '\\';
      quoted += bytes;
    } else {
      AppendHex(bytes, quoted);
    }
    at += step.length;
  }
  return quoted + "\"";
}

std::string Shown(std::string_view text) { return Clean(text, ""); }

std::string ShownLines(std::string_view text) { return Clean(text, "\n\t"); }

std::string ShownJson(std::string_view json) {
  std::string shown;
  while (!json.empty()) {
    const Utf8Step step = NextUtf8(json);
    const char32_t c = step.code_point;
    // Below U+007F only blanks between values are left, strings have theirs escaped.
    if (IsShown(step) || (step.kind == Utf8Step::Kind::kCharacter && c < 0x7F)) {
      shown += json.substr(0, step.length);
    } else if (step.kind != Utf8Step::Kind::kCharacter) {
      AppendUtf16(0xFFFD, shown);
    } else if (c < 0x10000) {
      AppendUtf16(c, shown);
    } else {
      AppendUtf16(0xD800 + ((c - 0x10000) >> 10), shown);
      AppendUtf16(0xDC00 + ((c - 0x10000) & 0x3FF), shown);
    }
    json.remove_prefix(step.length);
  }
  return shown;
}

}  // namespace dsb
