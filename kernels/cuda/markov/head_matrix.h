// How the draft heads' matrices lie on the device: plain rows for tables and projections, tiles for
// the wide W2. Small beside the target's matrices (device_matrix.h), read by kernels that do more
// than a product.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dsb::cuda {

// With kBf16, inputs of products are rounded to bf16 as in gemm.h; accumulation is in float.
enum class ValueType : int32_t { kF32, kBf16 };

// [rows, cols] in row order, cols padded with zeros to a multiple of 8; 16-byte aligned.
struct RowMatrix {
  const void* data = nullptr;
  ValueType type = ValueType::kF32;
  int32_t rows = 0;
  int32_t cols = 0;
};

// [rows, cols] in tiles of 32 rows x 8 columns, tile by tile along a row of tiles: a warp whose
// lane i owns row i reads 32 consecutive pieces. Padded with zeros; 16-byte aligned.
struct TileMatrix {
  const void* data = nullptr;
  ValueType type = ValueType::kF32;
  int32_t rows = 0;
  int32_t cols = 0;
};

// Host work: the bytes to upload for `values` [rows, cols]. kBf16 rounds to nearest even.
std::vector<uint8_t> PackRowMatrix(std::span<const float> values, int32_t cols, ValueType type);
std::vector<uint8_t> PackTileMatrix(std::span<const float> values, int32_t cols, ValueType type);

}  // namespace dsb::cuda
