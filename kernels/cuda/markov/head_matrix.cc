#include "kernels/cuda/markov/head_matrix.h"

#include <cstring>

#include "base/error.h"
#include "base/half.h"

namespace dsb::cuda {
namespace {

int64_t BytesOf(ValueType type) { return type == ValueType::kBf16 ? 2 : 4; }

void Put(std::vector<uint8_t>& bytes, int64_t index, float value, ValueType type) {
  const int64_t size = BytesOf(type);
  uint8_t* const to = bytes.data() + index * size;
  if (type == ValueType::kBf16) {
    const uint16_t half = Bf16FromFloat(value);
    std::memcpy(to, &half, sizeof(half));
  } else {
    std::memcpy(to, &value, sizeof(value));
  }
}

int64_t RowsOf(std::span<const float> values, int32_t cols) {
  DSB_CHECK(cols > 0 && values.size() % static_cast<size_t>(cols) == 0);
  return static_cast<int64_t>(values.size()) / cols;
}

}  // namespace

std::vector<uint8_t> PackRowMatrix(std::span<const float> values, int32_t cols, ValueType type) {
  const int64_t rows = RowsOf(values, cols);
  const int64_t stride = (cols + 7) / 8 * 8;
  std::vector<uint8_t> bytes(static_cast<size_t>(rows * stride * BytesOf(type)));
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col) {
      Put(bytes, row * stride + col, values[static_cast<size_t>(row * cols + col)], type);
    }
  }
  return bytes;
}

std::vector<uint8_t> PackTileMatrix(std::span<const float> values, int32_t cols, ValueType type) {
  const int64_t rows = RowsOf(values, cols);
  const int64_t pieces = (cols + 7) / 8;
  std::vector<uint8_t> bytes(
      static_cast<size_t>((rows + 31) / 32 * 32 * pieces * 8 * BytesOf(type)));
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col) {
      const int64_t piece = (row / 32 * pieces + col / 8) * 32 + row % 32;
      Put(bytes, piece * 8 + col % 8, values[static_cast<size_t>(row * cols + col)], type);
    }
  }
  return bytes;
}

}  // namespace dsb::cuda
