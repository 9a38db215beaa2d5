// SHA-256 as 64 lower-case hexadecimal digits, or in base64.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dsb {

std::string Sha256Hex(std::span<const std::byte> bytes);
std::string Sha256Hex(std::string_view text);
std::string Sha256Base64(std::string_view text);  // RFC 4648, padded

}  // namespace dsb
