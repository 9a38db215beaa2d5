// Unicode Normalization Form C, in O(n log n) for any input: long runs of combining marks cost no
// more than other text.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

// `text` is valid UTF-8.
std::string NormalizeNfc(std::string_view text);

}  // namespace dsb
