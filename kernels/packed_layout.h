// Where a packed panel keeps what: shared by packing, Gemm and the reference. Not for callers of
// the ops. A panel is 16 rows of W; row i is lane i.
//   kF32   [column][lane] float
//   kBf16  [pair of columns][lane][2] bf16, zero past an odd end
//   kQ4    scales of all blocks, padded to 64 bytes; then 256 bytes a block: byte [g][lane][k], g <
//   4, k < 4, holds
//          column 4g+k in its low nibble and column 16+4g+k in its high nibble
//   kQ8    scales likewise; then 512 bytes a block: byte [g][lane][k], g < 8, holds column 4g+k, as
//   an unsigned number
//          from which zero_point is to be subtracted
// Scales of one block: d[lane], then m[lane] if the form has a minimum; f16 or f32. w = d * (q -
// zero_point) + m.
#pragma once

#include <cstdint>

#include "kernels/packed_matrix.h"

namespace dsb {

// Bytes of one block's scales.
inline int64_t ScaleBytes(PackedMatrix::Scales scales) {
  switch (scales) {
    case PackedMatrix::Scales::kNone:
      return 0;
    case PackedMatrix::Scales::kF16:
      return 32;
    case PackedMatrix::Scales::kF16Min:
      return 64;
    case PackedMatrix::Scales::kF32:
      return 64;
    case PackedMatrix::Scales::kF32Min:
      return 128;
  }
  return 0;
}

inline bool HasMinimum(PackedMatrix::Scales scales) {
  return scales == PackedMatrix::Scales::kF16Min || scales == PackedMatrix::Scales::kF32Min;
}

inline bool IsQuantized(PackedFormat format) {
  return format == PackedFormat::kQ4 || format == PackedFormat::kQ8;
}

// Columns, pairs of columns or blocks of 32 columns of one row.
inline int64_t PackedSteps(PackedFormat format, int64_t cols) {
  switch (format) {
    case PackedFormat::kF32:
      return cols;
    case PackedFormat::kBf16:
      return (cols + 1) / 2;
    case PackedFormat::kQ4:
    case PackedFormat::kQ8:
      return (cols + 31) / 32;
  }
  return 0;
}

// Offset of the quants in a panel of kQ4 or kQ8.
inline int64_t QuantsOffset(PackedMatrix::Scales scales, int64_t blocks) {
  return (blocks * ScaleBytes(scales) + 63) / 64 * 64;
}

inline int64_t PanelBytes(PackedFormat format, PackedMatrix::Scales scales, int64_t cols) {
  const int64_t steps = PackedSteps(format, cols);
  switch (format) {
    case PackedFormat::kF32:
    case PackedFormat::kBf16:
      return steps * 64;
    case PackedFormat::kQ4:
      return QuantsOffset(scales, steps) + steps * 256;
    case PackedFormat::kQ8:
      return QuantsOffset(scales, steps) + steps * 512;
  }
  return 0;
}

// Offset within a block's quants of the byte of column `col` (0 .. 31) of `lane`; kQ4: columns 16
// .. 31 share the bytes of 0 .. 15.
inline int64_t QuantByte(int64_t lane, int64_t col) { return col / 4 * 64 + lane * 4 + col % 4; }

}  // namespace dsb
