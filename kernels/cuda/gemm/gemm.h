// y = W x on the device. Batch-invariant: the bits of an output row depend on its own input row and
// W alone, not on num_rows or the row's place. bf16 and quantised weights: the input is rounded to
// bf16, weights are used exactly (quants as integers, scales in float), float accumulation. f32
// weights: float FMA.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/stream.h"
#include "kernels/cuda/gemm/device_matrix.h"

namespace dsb::cuda {

struct GemmParams {
  DeviceMatrix weights;
  const float* input = nullptr;  // [num_rows, weights.cols], 4-byte aligned (16: faster)
  int64_t input_stride = 0;      // floats from row to row
  float* output = nullptr;       // [num_rows, weights.rows]; must not overlap input
  int64_t output_stride = 0;
  int64_t num_rows = 0;
  bool accumulate = false;  // add to output, one float addition per element
  float soft_cap = 0;       // > 0: output = soft_cap * tanh(y / soft_cap)
};

void Gemm(const GemmParams& params, Stream stream);

}  // namespace dsb::cuda
