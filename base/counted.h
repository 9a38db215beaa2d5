// A number with its noun, for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dsb {

// "1 thread", "2 threads".
inline std::string Counted(int64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace dsb
