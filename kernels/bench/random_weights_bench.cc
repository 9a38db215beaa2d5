#include "kernels/bench/random_weights.h"

#include <cstring>
#include <random>
#include <vector>

#include "base/half.h"

namespace dsb::bench {

PackedMatrix RandomPacked(TensorType type, Shape shape, WeightMode mode) {
  std::minstd_rand bits(static_cast<uint32_t>(shape.rows * 31 + shape.cols));
  const TensorTypeTraits& traits = Traits(type);
  std::vector<std::byte> stored(static_cast<size_t>(shape.rows * RowBytes(type, shape.cols)));
  for (std::byte& byte : stored) byte = static_cast<std::byte>(bits() >> 8);
  // Every float in the file becomes a number near 0.01: scales and minima first in a block, plain
  // types throughout.
  const uint16_t half = type == TensorType::kBf16 ? Bf16FromFloat(0.01f) : F16FromFloat(0.01f);
  for (size_t at = 0; at < stored.size(); at += static_cast<size_t>(traits.block_bytes)) {
    const float value = 0.01f;
    if (type == TensorType::kF32) {
      std::memcpy(&stored[at], &value, sizeof(value));
    } else {
      std::memcpy(&stored[at], &half, sizeof(half));
      if (type == TensorType::kQ4_1) std::memcpy(&stored[at + 2], &half, sizeof(half));
    }
  }
  const StoredRows part{
      .type = type, .data = stored.data(), .rows = shape.rows, .cols = shape.cols, .order = {}};
  return PackedMatrix::Pack({&part, 1}, mode);
}

}  // namespace dsb::bench
