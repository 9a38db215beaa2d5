// Times as traces write them, in ns. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dsb {

// "2023-11-16 18:17:03.9799600", with up to 9 digits of a second, and perhaps "+00:00" behind: from
// 1970 on. None if it is no such time.
std::optional<int64_t> NsOfDate(std::string_view text);
// A finite number >= 0 of units of `unit_ns`, below 104 days. None if it is none.
std::optional<int64_t> NsOfNumber(std::string_view text, double unit_ns);
std::optional<int64_t> NsOfNumber(double number, double unit_ns);

}  // namespace dsb
