#include "kernels/cuda/gemm/device_matrix.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/half.h"
#include "kernels/cuda/gemm/device_layout.h"
#include "kernels/packed_layout.h"

namespace dsb::cuda {
namespace {

using Scales = PackedMatrix::Scales;

// One row of a panel, as packed_layout.h has it.
class PanelRow {
 public:
  PanelRow(const PackedMatrix& matrix, int64_t panel, int64_t lane)
      : matrix_(matrix), panel_(matrix.panel(panel)), lane_(lane) {}

  uint16_t Bf16(int64_t col) const {
    uint16_t value = 0;
    std::memcpy(&value, panel_ + col / 2 * 64 + lane_ * 4 + col % 2 * 2, sizeof(value));
    return value;
  }
  int Quant(int64_t col) const {
    const bool nibbles = matrix_.format() == PackedFormat::kQ4;
    const int64_t blocks = PackedSteps(matrix_.format(), matrix_.cols());
    const int64_t in_block = col % 32;
    const std::byte* quants =
        panel_ + QuantsOffset(matrix_.scales(), blocks) + col / 32 * (nibbles ? 256 : 512);
    const auto byte =
        std::to_integer<int>(quants[QuantByte(lane_, nibbles ? in_block % 16 : in_block)]);
    if (!nibbles) return byte;
    return in_block < 16 ? byte & 15 : byte >> 4;
  }
  // Copies the scale (or, `minimum`, the minimum) of a block to `out`, in the width it has.
  void CopyScale(int64_t block, bool minimum, std::byte* out) const {
    const int64_t width = ScalesAreF16(matrix_.scales()) ? 2 : 4;
    const std::byte* scales = panel_ + block * ScaleBytes(matrix_.scales());
    std::memcpy(out, scales + ((minimum ? 16 : 0) + lane_) * width, static_cast<size_t>(width));
  }

 private:
  const PackedMatrix& matrix_;
  const std::byte* panel_;
  int64_t lane_;
};

// Writes row `lane` of tile `tile` into the zeroed units at `units`.
class UnitWriter {
 public:
  UnitWriter(const PackedMatrix& matrix, std::byte* units)
      : matrix_(matrix),
        units_(units),
        unit_bytes_(UnitBytes(matrix.format(), matrix.scales())),
        quant_bytes_(UnitQuantBytes(matrix.format())) {}

  void WriteRow(const PanelRow& row, int64_t lane) const {
    for (int64_t col = 0; col < matrix_.cols(); ++col) WriteColumn(row, lane, col);
    if (matrix_.scales() == Scales::kNone) return;
    for (int64_t block = 0; 32 * block < matrix_.cols(); ++block) WriteScales(row, lane, block);
  }

 private:
  void WriteColumn(const PanelRow& row, int64_t lane, int64_t col) const {
    std::byte* unit = units_ + col / kUnitColumns * unit_bytes_;
    const int64_t block = col % kUnitColumns / 32;
    const int64_t i = col % 8;
    const int64_t half = lane / 8;
    const int64_t thread = lane % 8 * 4 + col % 32 / 8;
    switch (matrix_.format()) {
      case PackedFormat::kBf16: {
        const uint16_t value = row.Bf16(col);
        std::memcpy(unit + ((2 * block + half) * 32 + thread) * 16 + 2 * i, &value, sizeof(value));
        return;
      }
      case PackedFormat::kQ8:
        unit[(block * 32 + thread) * 16 + 8 * half + i] =
            static_cast<std::byte>(row.Quant(col) - matrix_.zero_point());
        return;
      case PackedFormat::kQ4: {
        const int64_t nibble = i / 2 + i % 2 * 4;
        std::byte& byte = unit[thread * 16 + (2 * block + half) * 4 + nibble / 2];
        byte |= static_cast<std::byte>(row.Quant(col) << (nibble % 2 * 4));
        return;
      }
      case PackedFormat::kF32:
        return;
    }
  }
  void WriteScales(const PanelRow& row, int64_t lane, int64_t block) const {
    const int64_t width = ScalesAreF16(matrix_.scales()) ? 2 : 4;
    const int64_t count = UnitScaleCount(matrix_.scales());
    std::byte* scales = units_ + block / 2 * unit_bytes_ + quant_bytes_ +
                        (lane % 8 * 2 + block % 2) * count * width;
    row.CopyScale(block, false, scales + lane / 8 * width);
    if (count == 4) row.CopyScale(block, true, scales + (2 + lane / 8) * width);
  }

  const PackedMatrix& matrix_;
  std::byte* units_;
  int64_t unit_bytes_;
  int64_t quant_bytes_;
};

int64_t TileBytes(const PackedMatrix& matrix) {
  if (matrix.format() == PackedFormat::kF32) return matrix.panel_bytes();
  return NumUnits(matrix.cols()) * UnitBytes(matrix.format(), matrix.scales());
}

}  // namespace

int64_t DeviceMatrixBytes(const PackedMatrix& matrix) {
  return (matrix.num_panels() * TileBytes(matrix) + 255) / 256 * 256;
}

void PackDeviceMatrix(const PackedMatrix& matrix, std::span<std::byte> out) {
  DSB_CHECK(static_cast<int64_t>(out.size()) == DeviceMatrixBytes(matrix));
  std::fill(out.begin(), out.end(), std::byte{0});
  const int64_t tile_bytes = TileBytes(matrix);
  for (int64_t tile = 0; tile < matrix.num_panels(); ++tile) {
    std::byte* to = out.data() + tile * tile_bytes;
    if (matrix.format() == PackedFormat::kF32) {
      std::memcpy(to, matrix.panel(tile), static_cast<size_t>(tile_bytes));
      continue;
    }
    const UnitWriter writer(matrix, to);
    for (int64_t lane = 0; lane < kTileRows && tile * kTileRows + lane < matrix.rows(); ++lane) {
      writer.WriteRow(PanelRow(matrix, tile, lane), lane);
    }
  }
}

DeviceMatrix MakeDeviceMatrix(const PackedMatrix& matrix, const std::byte* data) {
  return {.format = matrix.format(),
          .scales = matrix.scales(),
          .zero_point = matrix.zero_point(),
          .rows = matrix.rows(),
          .cols = matrix.cols(),
          .data = data};
}

}  // namespace dsb::cuda
