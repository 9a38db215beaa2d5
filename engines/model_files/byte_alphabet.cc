#include "engines/model_files/byte_alphabet.h"

#include "base/error.h"

namespace dsb {

ByteAlphabet::ByteAlphabet() {
  bytes_.fill(-1);
  char32_t next_stand_in = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) ||
                           (byte >= 0xAE && byte <= 0xFF);
    const char32_t code_point = printable ? byte : next_stand_in++;
    code_points_[byte] = code_point;
    bytes_[code_point] = static_cast<int16_t>(byte);
  }
  DSB_CHECK(next_stand_in == kEnd);
}

std::optional<uint8_t> ByteAlphabet::Byte(char32_t code_point) const {
  if (code_point >= kEnd || bytes_[code_point] < 0) return std::nullopt;
  return static_cast<uint8_t>(bytes_[code_point]);
}

}  // namespace dsb
