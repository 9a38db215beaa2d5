// Random weights in every stored encoding, for the kernel tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "base/half.h"
#include "kernels/packed_matrix.h"

namespace dsb::testing {

inline constexpr TensorType kAllTypes[] = {
    TensorType::kF32,  TensorType::kF16,  TensorType::kBf16, TensorType::kQ4_0, TensorType::kQ4_1,
    TensorType::kQ5_0, TensorType::kQ5_1, TensorType::kQ8_0, TensorType::kQ4_K, TensorType::kQ6_K};

inline void PutHalf(std::byte* at, float value) {
  const uint16_t half = F16FromFloat(value);
  std::memcpy(at, &half, sizeof(half));
}

// Random bytes, with scales and minima of a sensible size.
inline std::vector<std::byte> RandomStored(TensorType type, int64_t rows, int64_t cols,
                                           uint32_t seed) {
  std::mt19937 bits(seed);
  std::normal_distribution<float> normal(0.0f, 0.05f);
  const TensorTypeTraits& traits = Traits(type);
  std::vector<std::byte> out(static_cast<size_t>(rows * RowBytes(type, cols)));
  for (size_t at = 0; at < out.size(); at += static_cast<size_t>(traits.block_bytes)) {
    std::byte* block = out.data() + at;
    for (int64_t i = 0; i < traits.block_bytes; ++i) block[i] = static_cast<std::byte>(bits());
    const float scale = normal(bits);
    switch (type) {
      case TensorType::kF32:
        std::memcpy(block, &scale, sizeof(scale));
        break;
      case TensorType::kF16:
        PutHalf(block, scale);
        break;
      case TensorType::kBf16: {
        const uint16_t half = Bf16FromFloat(scale);
        std::memcpy(block, &half, sizeof(half));
        break;
      }
      case TensorType::kQ6_K:
        PutHalf(block + 208, scale / 500);
        break;
      case TensorType::kQ4_K:
        PutHalf(block, scale / 100);
        PutHalf(block + 2, normal(bits) / 20);
        break;
      case TensorType::kQ4_1:
      case TensorType::kQ5_1:
        PutHalf(block, scale / 10);
        PutHalf(block + 2, normal(bits));
        break;
      default:
        PutHalf(block, scale / 10);
        break;
    }
  }
  return out;
}

}  // namespace dsb::testing
