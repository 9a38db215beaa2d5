// Device memory for kernels that are timed: harmless numbers, and enough copies of what a pass
// reads once that the card's cache does not hold them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/cuda/bench/op_case.h"
#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/row_info.h"
#include "kernels/cuda/gemm/device_layout.h"

namespace dsb::bench {

// Bytes of a matrix in device order.
inline int64_t DeviceMatrixSize(const WeightType& type, int64_t rows, int64_t cols) {
  const int64_t num_tiles = (rows + cuda::kTileRows - 1) / cuda::kTileRows;
  return num_tiles * cuda::NumUnits(cols) * cuda::UnitBytes(type.format, type.scales);
}

// Copies of num_bytes that are used in turn.
inline int64_t NumCopies(int64_t num_bytes, int64_t bytes_in_turn) {
  return std::max<int64_t>(1, (bytes_in_turn + num_bytes - 1) / num_bytes);
}

// Uploads num_bytes that repeat a pattern of bf16 near 1, which are small floats, quants and scales
// as well: no NaN, no infinity.
class DeviceBytes {
 public:
  explicit DeviceBytes(int64_t num_bytes) : buffer_(num_bytes, "a benchmark's matrices") {
    std::vector<uint16_t> pattern(size_t{1} << 19);
    for (size_t i = 0; i < pattern.size(); ++i) {
      pattern[i] = static_cast<uint16_t>(0x3c00u + i * 2654435761u % 0x300u);
    }
    const int64_t piece = static_cast<int64_t>(pattern.size() * sizeof(uint16_t));
    for (int64_t first = 0; first < num_bytes; first += piece) {
      const int64_t count = piece < num_bytes - first ? piece : num_bytes - first;
      cuda::CopyBytesToDevice(buffer_.data() + first, pattern.data(), count, nullptr);
    }
    cuda::Synchronize(nullptr);
  }
  const std::byte* data() const { return buffer_.data(); }
  std::byte* data() { return buffer_.data(); }

 private:
  cuda::DeviceBuffer<std::byte> buffer_;
};

class DeviceFloats {
 public:
  explicit DeviceFloats(int64_t count) : bytes_(count * 4) {}
  float* data() { return reinterpret_cast<float*>(bytes_.data()); }

 private:
  DeviceBytes bytes_;
};

// Causal rows of slot 0 at the positions behind its context.
inline cuda::DeviceBuffer<cuda::RowInfo> RowsBehind(int64_t context_tokens, int64_t num_rows) {
  std::vector<cuda::RowInfo> rows;
  for (int64_t i = 0; i < num_rows; ++i) {
    const auto position = static_cast<int32_t>(context_tokens + i);
    rows.push_back({.slot = 0, .position = position, .visible = position + 1});
  }
  cuda::DeviceBuffer<cuda::RowInfo> buffer(num_rows);
  cuda::CopyToDevice(buffer.data(), rows.data(), num_rows, nullptr);
  cuda::Synchronize(nullptr);
  return buffer;
}

}  // namespace dsb::bench
