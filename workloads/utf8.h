// UTF-8 validation of text that users give. Not a decoder.
#pragma once

#include <cstddef>
#include <string_view>

namespace dsb {

// Offset in bytes of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7:
// no overlong forms, no surrogates, nothing above U+10FFFF), or npos if all of `text` is well
// formed.
size_t FindInvalidUtf8(std::string_view text);

}  // namespace dsb
