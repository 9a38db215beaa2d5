// Text in lines of a given width. Widths count code points: names may hold any UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

size_t WidthOf(std::string_view text);
// `text` in lines of at most `width` characters, broken at blanks, a longer word anywhere. No
// lonely word is left on the last line where narrower lines give it company. At least one line.
std::vector<std::string> Wrap(const std::string& text, size_t width);

}  // namespace dsb
