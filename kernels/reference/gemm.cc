// The oracle of Gemm: reads the packed panels one weight at a time.
#include "kernels/gemm.h"

#include <cstring>

#include "base/error.h"
#include "base/half.h"
#include "kernels/packed_layout.h"

namespace dsb::reference {
namespace {

float ScaleAt(const PackedMatrix& weights, const std::byte* scales, int64_t index) {
  using Scales = PackedMatrix::Scales;
  if (weights.scales() == Scales::kF16 || weights.scales() == Scales::kF16Min) {
    uint16_t half;
    std::memcpy(&half, scales + 2 * index, sizeof(half));
    return FloatFromF16(half);
  }
  float value;
  std::memcpy(&value, scales + 4 * index, sizeof(value));
  return value;
}

float QuantizedWeight(const PackedMatrix& weights, const std::byte* panel, int64_t lane,
                      int64_t col) {
  const int64_t block = col / 32;
  const int64_t in_block = col % 32;
  const bool nibbles = weights.format() == PackedFormat::kQ4;
  const std::byte* quants =
      panel + QuantsOffset(weights.scales(), PackedSteps(weights.format(), weights.cols())) +
      block * (nibbles ? 256 : 512);
  const auto byte =
      std::to_integer<int>(quants[QuantByte(lane, nibbles ? in_block % 16 : in_block)]);
  const int quant = !nibbles ? byte : in_block < 16 ? byte & 15 : byte >> 4;
  const std::byte* scales = panel + block * ScaleBytes(weights.scales());
  const float minimum = HasMinimum(weights.scales()) ? ScaleAt(weights, scales, 16 + lane) : 0.0f;
  return ScaleAt(weights, scales, lane) * static_cast<float>(quant - weights.zero_point()) +
         minimum;
}

}  // namespace

float WeightAt(const PackedMatrix& weights, int64_t row, int64_t col) {
  const std::byte* panel = weights.panel(row / 16);
  const int64_t lane = row % 16;
  switch (weights.format()) {
    case PackedFormat::kF32: {
      float value;
      std::memcpy(&value, panel + (col * 16 + lane) * 4, sizeof(value));
      return value;
    }
    case PackedFormat::kBf16: {
      uint16_t half;
      std::memcpy(&half, panel + col / 2 * 64 + lane * 4 + col % 2 * 2, sizeof(half));
      return FloatFromBf16(half);
    }
    case PackedFormat::kQ4:
    case PackedFormat::kQ8:
      return QuantizedWeight(weights, panel, lane, col);
  }
  CheckFailed("format is an enumerator", __FILE__, __LINE__);
}

void Gemm(const GemmParams& params) {
  const PackedMatrix& weights = *params.weights;
  for (int64_t row = 0; row < weights.rows(); ++row) {
    for (int64_t t = 0; t < params.num_rows; ++t) {
      double sum = 0;
      for (int64_t col = 0; col < weights.cols(); ++col) {
        sum += double{WeightAt(weights, row, col)} * params.input[t * params.input_stride + col];
      }
      float& out = params.output[t * params.output_stride + row];
      out = static_cast<float>(params.accumulate ? out + sum : sum);
    }
  }
}

}  // namespace dsb::reference
