// RMSNorm(x; w, eps) = w * x / sqrt(mean(x^2) + eps) (targets.md 1), statistics in float with an
// order fixed by `size`. With num_vectors > 1 each row holds that many neighbouring vectors of
// `size`, each normalised by itself: the per-head q and k norms.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct RmsNormParams {
  const float* input = nullptr;   // [num_rows, num_vectors * size]
  int64_t input_stride = 0;       // floats from row to row
  const float* weight = nullptr;  // [size]
  float* output = nullptr;        // may be the input itself
  int64_t output_stride = 0;
  int64_t num_rows = 0;
  int64_t num_vectors = 1;
  int64_t size = 0;
  float epsilon = 0;
};

void RmsNorm(const RmsNormParams& params, Stream stream);

}  // namespace dsb::cuda
