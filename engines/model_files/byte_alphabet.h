// Byte-level BPE writes every byte as one printable code point (formats.md 4.1, step 3). This is
// that alphabet.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace dsb {

class ByteAlphabet {
 public:
  ByteAlphabet();
  char32_t CodePoint(uint8_t byte) const { return code_points_[byte]; }
  std::optional<uint8_t> Byte(char32_t code_point) const;  // nothing for other characters

 private:
  static constexpr char32_t kEnd = 0x144;  // 256 + the 68 bytes that need a stand-in
  std::array<char32_t, 256> code_points_ = {};
  std::array<int16_t, kEnd> bytes_ = {};
};

}  // namespace dsb
