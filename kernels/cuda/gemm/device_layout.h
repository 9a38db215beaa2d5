// Where a device matrix of bf16 or quants keeps what: shared by packing and Gemm. A unit is 16 rows
// (one tile) of 64 columns, two blocks of 32. Lane 4g + t of a warp (g < 8, t < 4) holds rows g and
// g + 8, columns 8t .. 8t+7 of each block: 16 bytes of the lane at (piece * 32 + lane) * 16.
//   kBf16  4 pieces: [block][row g or g + 8], eight bf16
//   kQ8    2 pieces: [block], eight int8 of row g, eight of row g + 8; q - zero_point is stored
//   kQ4    1 piece: a word for each of [block][row g or g + 8]; nibble i holds column 8t + 2i,
//   nibble
//          i + 4 column 8t + 2i + 1
// Scales follow the quants: [g][block]{d(g), d(g + 8)} and, with a minimum, {m(g), m(g + 8)} behind
// them; f16 or f32. w = d * (q - zero_point) + m. Columns past the end have scales and quants of 0.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/host_device.h"
#include "kernels/packed_matrix.h"

namespace dsb::cuda {

constexpr int64_t kUnitColumns = 64;
constexpr int64_t kTileRows = 16;

constexpr int64_t UnitQuantBytes(PackedFormat format) {
  switch (format) {
    case PackedFormat::kBf16:
      return int64_t{4} * 512;
    case PackedFormat::kQ8:
      return int64_t{2} * 512;
    case PackedFormat::kQ4:
      return 512;
    case PackedFormat::kF32:
      return 0;
  }
  return 0;
}

constexpr bool ScalesAreF16(PackedMatrix::Scales scales) {
  return scales == PackedMatrix::Scales::kF16 || scales == PackedMatrix::Scales::kF16Min;
}

constexpr bool ScalesHaveMinimum(PackedMatrix::Scales scales) {
  return scales == PackedMatrix::Scales::kF16Min || scales == PackedMatrix::Scales::kF32Min;
}

// Scales of one g and one block: two or four numbers.
constexpr int64_t UnitScaleCount(PackedMatrix::Scales scales) {
  if (scales == PackedMatrix::Scales::kNone) return 0;
  return ScalesHaveMinimum(scales) ? 4 : 2;
}

constexpr int64_t UnitScaleBytes(PackedMatrix::Scales scales) {
  return 16 * UnitScaleCount(scales) * (ScalesAreF16(scales) ? 2 : 4);
}

constexpr int64_t UnitBytes(PackedFormat format, PackedMatrix::Scales scales) {
  return UnitQuantBytes(format) + UnitScaleBytes(scales);
}

DSB_HOST_DEVICE constexpr int64_t NumUnits(int64_t cols) {
  return (cols + kUnitColumns - 1) / kUnitColumns;
}

}  // namespace dsb::cuda
