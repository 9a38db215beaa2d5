#include "workloads/utf8.h"

#include <cstdint>

namespace dsb {
namespace {

// What may follow a lead byte: how many continuation bytes, and the range of the first of them.
struct Lead {
  size_t num_continuations;
  uint8_t first_low;
  uint8_t first_high;
};

// num_continuations 0 marks a byte that cannot lead a multi-byte sequence.
Lead LeadOf(uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

size_t FindInvalidUtf8(std::string_view text) {
  auto byte_at = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  size_t i = 0;
  while (i < text.size()) {
    if (byte_at(i) < 0x80) {
      ++i;
      continue;
    }
    const Lead lead = LeadOf(byte_at(i));
    if (lead.num_continuations == 0 || text.size() - i <= lead.num_continuations) return i;
    if (byte_at(i + 1) < lead.first_low || byte_at(i + 1) > lead.first_high) return i;
    for (size_t k = 2; k <= lead.num_continuations; ++k) {
      if ((byte_at(i + k) & 0xC0) != 0x80) return i;
    }
    i += lead.num_continuations + 1;
  }
  return std::string_view::npos;
}

}  // namespace dsb
