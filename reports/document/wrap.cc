#include "reports/document/wrap.h"

#include <algorithm>

namespace dsb {
namespace {

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// Bytes of the first `count` characters.
size_t BytesOf(std::string_view text, size_t count) {
  size_t at = 0;
  while (at < text.size()) {
    if (StartsCharacter(text[at]) && count-- == 0) break;
    ++at;
  }
  return at;
}

// Each line as long as it can be.
std::vector<std::string> WrapGreedily(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (WidthOf(text) > width) {
    size_t cut = BytesOf(text, width);
    size_t skip = 0;
    if (const size_t blank = text.rfind(' ', cut); blank != std::string_view::npos && blank > 0) {
      cut = blank;
      skip = 1;
    }
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut + skip);
  }
  lines.emplace_back(text);
  return lines;
}

bool EndsWell(const std::vector<std::string>& lines, size_t width) {
  const std::string& last = lines.back();
  return lines.size() == 1 || (4 * WidthOf(last) >= width && last.find(' ') != std::string::npos);
}

}  // namespace

size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

std::vector<std::string> Wrap(const std::string& text, size_t width) {
  width = std::max<size_t>(width, 1);
  std::vector<std::string> widest = WrapGreedily(text, width);
  if (EndsWell(widest, width)) return widest;
  for (size_t narrower = width - 1; 2 * narrower >= width && narrower > 0; --narrower) {
    std::vector<std::string> lines = WrapGreedily(text, narrower);
    if (lines.size() > widest.size()) break;
    if (EndsWell(lines, width)) return lines;
  }
  return widest;
}

}  // namespace dsb
