// A weight matrix W [rows, cols] in the order that Gemm reads it: panels of 16 rows, 32 columns at
// a time, so that one vector lane is one output row and every row's sum runs over the columns in
// one fixed order. Packing moves stored numbers, it never changes them, except where the mode says
// so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kernels/tensor_type.h"

namespace dsb {

// How weights are kept in memory. Results name it.
enum class WeightMode {
  kStored,  // as the file has them: Q4_1, Q8_0, ..., bf16, f32 (F16 and Q6_K, which have no packed
            // form, widen to f32)
  kBf16,    // every matrix expanded to bf16 once at load
  kF32,     // every matrix widened to f32: the exact mode for fixtures
  kQ8,  // bf16 and f32 matrices quantised to Q8_0 blocks at load (drafters only); quantised ones as
        // stored
};

const char* WeightModeName(WeightMode mode);  // stored, bf16, f32, q8

// What one 32-column block of a packed row holds, and what Gemm turns its input rows into.
enum class PackedFormat {
  kF32,   // f32; input float; fma in float
  kBf16,  // bf16; input rounded to bf16 (AVX-512 BF16) or float; accumulation in float
  kQ4,    // nibbles with a scale and a minimum per block; input in int8 blocks of 32 (Q8), exact
          // integer dots
  kQ8,    // bytes with a scale (and zero point or minimum) per block; input as kQ4
};

// Rows of one stored tensor (or a part of it). `data` outlives the call only.
struct StoredRows {
  TensorType type = TensorType::kF32;
  const std::byte* data = nullptr;  // row r starts at data + r * RowBytes(type, cols)
  int64_t rows = 0;
  int64_t cols = 0;  // a multiple of the type's block size; any positive count for f32 and bf16
  std::span<const int32_t>
      order;  // if not empty: use the rows order[0], order[1], ... instead of 0 .. rows-1
};

class PackedMatrix {
 public:
  PackedMatrix() = default;
  // The rows of all parts, one below the other (W = [parts[0]; parts[1]; ...]). All parts have the
  // same cols, and the same packed form (else all are widened to f32 in kStored).
  static PackedMatrix Pack(std::span<const StoredRows> parts, WeightMode mode);

  int64_t rows() const { return rows_; }
  int64_t cols() const { return cols_; }
  PackedFormat format() const { return format_; }
  // Bytes that one pass over the matrix reads, padding included.
  int64_t bytes() const { return bytes_; }
  // Multiply-adds per input row = rows * cols.
  int64_t multiply_adds() const { return rows_ * cols_; }

  // For kernels: panel p holds rows 16p .. 16p+15, panel_bytes() each, 64-byte aligned.
  const std::byte* panel(int64_t index) const { return data_.get() + index * panel_bytes_; }
  int64_t num_panels() const { return (rows_ + 15) / 16; }
  int64_t panel_bytes() const { return panel_bytes_; }
  // Sub-layout of kQ4 and kQ8 panels; see packed_layout.h.
  enum class Scales : uint8_t { kNone, kF16, kF16Min, kF32, kF32Min };
  Scales scales() const { return scales_; }
  int32_t zero_point() const { return zero_point_; }

 private:
  struct FreeAligned {
    int64_t bytes;
    void operator()(std::byte* data) const;
  };
  int64_t rows_ = 0;
  int64_t cols_ = 0;
  PackedFormat format_ = PackedFormat::kF32;
  Scales scales_ = Scales::kNone;
  int32_t zero_point_ = 0;
  int64_t bytes_ = 0;
  int64_t panel_bytes_ = 0;
  std::unique_ptr<std::byte[], FreeAligned> data_{nullptr, FreeAligned{0}};
};

}  // namespace dsb
