// The gated MLP's middle: out = silu(gate) * up, silu(x) = x / (1 + e^-x) (targets.md 1).
#pragma once

#include <cstdint>

#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct SiluMulParams {
  const float* gate_up = nullptr;  // [num_rows, 2 * size]: gate first, then up
  int64_t input_stride = 0;
  float* output = nullptr;  // [num_rows, size]; may not overlap the input
  int64_t output_stride = 0;
  int64_t num_rows = 0;
  int64_t size = 0;
};

void SiluMul(const SiluMulParams& params, Stream stream);

}  // namespace dsb::cuda
