#include "kernels/stored_blocks.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/half.h"

namespace dsb {
namespace {

uint8_t ByteAt(const std::byte* p, int64_t i) { return std::to_integer<uint8_t>(p[i]); }

float F16At(const std::byte* p) {
  uint16_t bits;
  std::memcpy(&bits, p, sizeof(bits));
  return FloatFromF16(bits);
}

void ReadNibbles(const std::byte* quants, StoredBlock& out) {
  for (int j = 0; j < 16; ++j) {
    out.quants[j] = ByteAt(quants, j) & 15;
    out.quants[j + 16] = static_cast<uint8_t>(ByteAt(quants, j) >> 4);
  }
}

void AddFifthBits(const std::byte* high, StoredBlock& out) {
  uint32_t bits;
  std::memcpy(&bits, high, sizeof(bits));
  for (int j = 0; j < 32; ++j) {
    out.quants[j] = static_cast<uint8_t>(out.quants[j] + 16 * (bits >> j & 1u));
  }
}

StoredBlock ReadQ4K(const std::byte* p, int g) {
  const std::byte* s = p + 4;
  const int a = g < 4 ? ByteAt(s, g) & 63 : (ByteAt(s, g + 4) & 15) | (ByteAt(s, g - 4) >> 6) << 4;
  const int b = g < 4 ? ByteAt(s, g + 4) & 63 : (ByteAt(s, g + 4) >> 4) | (ByteAt(s, g) >> 6) << 4;
  StoredBlock out;
  out.scale = F16At(p) * static_cast<float>(a);
  out.minimum = -F16At(p + 2) * static_cast<float>(b);
  for (int l = 0; l < 32; ++l) {
    const int byte = ByteAt(p + 16, 32 * (g / 2) + l);
    out.quants[l] = static_cast<uint8_t>(g % 2 == 0 ? byte & 15 : byte >> 4);
  }
  return out;
}

}  // namespace

std::optional<PackedForm> StoredForm(TensorType type) {
  using Scales = PackedMatrix::Scales;
  switch (type) {
    case TensorType::kF32:
      return PackedForm{PackedFormat::kF32, Scales::kNone, 0};
    case TensorType::kBf16:
      return PackedForm{PackedFormat::kBf16, Scales::kNone, 0};
    case TensorType::kQ4_0:
      return PackedForm{PackedFormat::kQ4, Scales::kF16, 8};
    case TensorType::kQ4_1:
      return PackedForm{PackedFormat::kQ4, Scales::kF16Min, 0};
    case TensorType::kQ4_K:
      return PackedForm{PackedFormat::kQ4, Scales::kF32Min, 0};
    case TensorType::kQ5_0:
      return PackedForm{PackedFormat::kQ8, Scales::kF16, 16};
    case TensorType::kQ5_1:
      return PackedForm{PackedFormat::kQ8, Scales::kF16Min, 0};
    case TensorType::kQ8_0:
      return PackedForm{PackedFormat::kQ8, Scales::kF16, 128};
    case TensorType::kF16:
    case TensorType::kQ6_K:
      return std::nullopt;
  }
  CheckFailed("type is an enumerator", __FILE__, __LINE__);
}

StoredBlock ReadStoredBlock(TensorType type, const std::byte* row, int64_t block) {
  if (type == TensorType::kQ4_K) {
    return ReadQ4K(row + block / 8 * Traits(type).block_bytes, static_cast<int>(block % 8));
  }
  const std::byte* p = row + block * Traits(type).block_bytes;
  StoredBlock out;
  out.scale = F16At(p);
  switch (type) {
    case TensorType::kQ4_0:
      ReadNibbles(p + 2, out);
      return out;
    case TensorType::kQ4_1:
      out.minimum = F16At(p + 2);
      ReadNibbles(p + 4, out);
      return out;
    case TensorType::kQ5_0:
      ReadNibbles(p + 6, out);
      AddFifthBits(p + 2, out);
      return out;
    case TensorType::kQ5_1:
      out.minimum = F16At(p + 2);
      ReadNibbles(p + 8, out);
      AddFifthBits(p + 4, out);
      return out;
    case TensorType::kQ8_0:
      for (int j = 0; j < 32; ++j) out.quants[j] = ByteAt(p + 2, j) ^ 0x80;
      return out;
    default:
      break;
  }
  CheckFailed("type has blocks of 32", __FILE__, __LINE__);
}

StoredBlock EncodeQ8(const float* x, int64_t count) {
  float largest = 0;
  for (int64_t j = 0; j < count; ++j) largest = std::max(largest, std::fabs(x[j]));
  const float d = largest / 127.0f;
  StoredBlock out;
  out.scale = FloatFromF16(F16FromFloat(d));
  for (int64_t j = 0; j < 32; ++j) {
    const float q = j < count && d > 0 ? std::round(x[j] / d) : 0.0f;
    out.quants[j] = static_cast<uint8_t>(128 + static_cast<int>(q));
  }
  return out;
}

}  // namespace dsb
