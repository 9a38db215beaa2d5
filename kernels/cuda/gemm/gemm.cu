// Chooses the kernel by format and number of rows. The choice never changes a bit of the result.
#include "kernels/cuda/gemm/gemm.h"

#include "kernels/cuda/gemm/gemm_f32.cuh"
#include "kernels/cuda/gemm/gemm_narrow.cuh"
#include "kernels/cuda/gemm/gemm_wide.cuh"

namespace dsb::cuda {
namespace {

using Scales = PackedMatrix::Scales;

InputRows RowsOf(const GemmParams& params) {
  const bool aligned = reinterpret_cast<uintptr_t>(params.input) % 16 == 0;
  return {.input = params.input,
          .stride = params.input_stride,
          .num_rows = params.num_rows,
          .cols = params.weights.cols,
          .vector = aligned && params.input_stride % 4 == 0 && params.weights.cols % 8 == 0};
}

template <PackedFormat format, Scales scales>
void GemmOf(const GemmParams& params, Stream stream) {
  using Unit = WeightUnit<format, scales>;
  const InputRows rows = RowsOf(params);
  if (params.num_rows <= 8) {
    GemmNarrow<Unit, 1>(params, rows, stream);
  } else if (params.num_rows <= 16) {
    GemmNarrow<Unit, 2>(params, rows, stream);
  } else if (params.num_rows <= 32) {
    GemmNarrow<Unit, 4>(params, rows, stream);
  } else {
    GemmWide<Unit>(params, rows, stream);
  }
}

void GemmQ4(const GemmParams& params, Stream stream) {
  switch (params.weights.scales) {
    case Scales::kF16:
      return GemmOf<PackedFormat::kQ4, Scales::kF16>(params, stream);
    case Scales::kF16Min:
      return GemmOf<PackedFormat::kQ4, Scales::kF16Min>(params, stream);
    case Scales::kF32Min:
      return GemmOf<PackedFormat::kQ4, Scales::kF32Min>(params, stream);
    default:
      break;
  }
  DSB_CHECK(false && "nibbles have scales of f16, or of f32 with a minimum");
}

}  // namespace

void Gemm(const GemmParams& params, Stream stream) {
  if (params.num_rows == 0) return;
  switch (params.weights.format) {
    case PackedFormat::kF32:
      return params.num_rows == 1 ? GemmF32<1>(params, stream) : GemmF32<8>(params, stream);
    case PackedFormat::kBf16:
      return GemmOf<PackedFormat::kBf16, Scales::kNone>(params, stream);
    case PackedFormat::kQ8:
      if (params.weights.scales == Scales::kF16Min) {
        return GemmOf<PackedFormat::kQ8, Scales::kF16Min>(params, stream);
      }
      DSB_CHECK(params.weights.scales == Scales::kF16);
      return GemmOf<PackedFormat::kQ8, Scales::kF16>(params, stream);
    case PackedFormat::kQ4:
      return GemmQ4(params, stream);
  }
}

}  // namespace dsb::cuda
