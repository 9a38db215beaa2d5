#include "kernels/tensor_type.h"

#include <algorithm>
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

// Element j of a block whose 16 bytes hold elements 0-15 in the low and 16-31 in the high nibbles.
int Nibble(const std::byte* quants, int j) {
  return j < 16 ? ByteAt(quants, j) & 15 : ByteAt(quants, j - 16) >> 4;
}

void Dequantize4(const std::byte* block, bool has_min, float* out) {
  const float d = F16At(block);
  const float m = has_min ? F16At(block + 2) : 0.0f;
  const std::byte* quants = block + (has_min ? 4 : 2);
  for (int j = 0; j < 32; ++j) {
    const int q = Nibble(quants, j);
    out[j] = has_min ? d * static_cast<float>(q) + m : d * static_cast<float>(q - 8);
  }
}

void Dequantize5(const std::byte* block, bool has_min, float* out) {
  const float d = F16At(block);
  const float m = has_min ? F16At(block + 2) : 0.0f;
  const std::byte* high = block + (has_min ? 4 : 2);
  uint32_t bits;
  std::memcpy(&bits, high, sizeof(bits));
  for (int j = 0; j < 32; ++j) {
    const int q = Nibble(high + 4, j) + 16 * static_cast<int>(bits >> j & 1u);
    out[j] = has_min ? d * static_cast<float>(q) + m : d * static_cast<float>(q - 16);
  }
}

void Dequantize8(const std::byte* block, float* out) {
  const float d = F16At(block);
  for (int j = 0; j < 32; ++j) {
    out[j] = d * static_cast<float>(static_cast<int8_t>(ByteAt(block + 2, j)));
  }
}

void DequantizeQ4K(const std::byte* block, float* out) {
  const float d = F16At(block);
  const float dmin = F16At(block + 2);
  const std::byte* s = block + 4;
  const std::byte* quants = block + 16;
  for (int g = 0; g < 8; ++g) {
    const int a =
        g < 4 ? ByteAt(s, g) & 63 : (ByteAt(s, g + 4) & 15) | (ByteAt(s, g - 4) >> 6) << 4;
    const int b =
        g < 4 ? ByteAt(s, g + 4) & 63 : (ByteAt(s, g + 4) >> 4) | (ByteAt(s, g) >> 6) << 4;
    const float scale = d * static_cast<float>(a);
    const float minimum = dmin * static_cast<float>(b);
    for (int l = 0; l < 32; ++l) {
      const int byte = ByteAt(quants, 32 * (g / 2) + l);
      const int q = g % 2 == 0 ? byte & 15 : byte >> 4;
      out[32 * g + l] = scale * static_cast<float>(q) - minimum;
    }
  }
}

void DequantizeQ6K(const std::byte* block, float* out) {
  const std::byte* low_bits = block;
  const std::byte* high_bits = block + 128;
  const std::byte* scales = block + 192;
  const float d = F16At(block + 208);
  for (int i = 0; i < 256; ++i) {
    const int half = i / 128;
    const int quarter = i % 128 / 32;
    const int l = i % 32;
    const int low_byte = ByteAt(low_bits, 64 * half + 32 * (quarter % 2) + l);
    const int low = quarter < 2 ? low_byte & 15 : low_byte >> 4;
    const int high = ByteAt(high_bits, 32 * half + l) >> (2 * quarter) & 3;
    const auto scale = static_cast<int8_t>(ByteAt(scales, 8 * half + 2 * quarter + l / 16));
    out[i] = d * static_cast<float>(scale) * static_cast<float>(low + 16 * high - 32);
  }
}

void DequantizeBlock(TensorType type, const std::byte* block, float* out) {
  uint16_t half;
  switch (type) {
    case TensorType::kF32:
      std::memcpy(out, block, sizeof(float));
      return;
    case TensorType::kF16:
      *out = F16At(block);
      return;
    case TensorType::kBf16:
      std::memcpy(&half, block, sizeof(half));
      *out = FloatFromBf16(half);
      return;
    case TensorType::kQ4_0:
      Dequantize4(block, false, out);
      return;
    case TensorType::kQ4_1:
      Dequantize4(block, true, out);
      return;
    case TensorType::kQ5_0:
      Dequantize5(block, false, out);
      return;
    case TensorType::kQ5_1:
      Dequantize5(block, true, out);
      return;
    case TensorType::kQ8_0:
      Dequantize8(block, out);
      return;
    case TensorType::kQ4_K:
      DequantizeQ4K(block, out);
      return;
    case TensorType::kQ6_K:
      DequantizeQ6K(block, out);
      return;
  }
}

}  // namespace

const TensorTypeTraits& Traits(TensorType type) {
  static constexpr TensorTypeTraits kF32{"F32", 1, 4}, kF16{"F16", 1, 2}, kBf16{"BF16", 1, 2},
      kQ4_0{"Q4_0", 32, 18}, kQ4_1{"Q4_1", 32, 20}, kQ5_0{"Q5_0", 32, 22}, kQ5_1{"Q5_1", 32, 24},
      kQ8_0{"Q8_0", 32, 34}, kQ4_K{"Q4_K", 256, 144}, kQ6_K{"Q6_K", 256, 210};
  switch (type) {
    case TensorType::kF32:
      return kF32;
    case TensorType::kF16:
      return kF16;
    case TensorType::kBf16:
      return kBf16;
    case TensorType::kQ4_0:
      return kQ4_0;
    case TensorType::kQ4_1:
      return kQ4_1;
    case TensorType::kQ5_0:
      return kQ5_0;
    case TensorType::kQ5_1:
      return kQ5_1;
    case TensorType::kQ8_0:
      return kQ8_0;
    case TensorType::kQ4_K:
      return kQ4_K;
    case TensorType::kQ6_K:
      return kQ6_K;
  }
  CheckFailed("type is an enumerator", __FILE__, __LINE__);
}

int64_t RowBytes(TensorType type, int64_t cols) {
  const TensorTypeTraits& traits = Traits(type);
  DSB_CHECK(cols >= 0 && cols % traits.block_size == 0);
  return cols / traits.block_size * traits.block_bytes;
}

void DequantizeRow(TensorType type, const std::byte* row, std::span<float> out) {
  const TensorTypeTraits& traits = Traits(type);
  const auto cols = static_cast<int64_t>(out.size());
  DSB_CHECK(cols % traits.block_size == 0);
  for (int64_t b = 0; b < cols / traits.block_size; ++b) {
    DequantizeBlock(type, row + b * traits.block_bytes, out.data() + b * traits.block_size);
  }
}

}  // namespace dsb
