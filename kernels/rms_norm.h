// RMSNorm(x; w, eps) = w * x / sqrt(mean(x^2) + eps) over each row, statistics in float with a
// fixed order (targets.md 1). Also the per-head q/k norm: treat [T, heads * dim] as [T * heads,
// dim].
#pragma once

#include <cstdint>

#include "base/thread_pool.h"

namespace dsb {

struct RmsNormParams {
  const float* input = nullptr;  // [num_rows, size], row to row `input_stride` floats
  int64_t input_stride = 0;
  const float* weight = nullptr;  // [size]
  float* output = nullptr;        // [num_rows, size]; may be the input itself
  int64_t output_stride = 0;
  int64_t num_rows = 0;
  int64_t size = 0;
  float epsilon = 0;
};

void RmsNorm(const RmsNormParams& params, ThreadPool& pool);

namespace reference {
void RmsNorm(const RmsNormParams& params);  // double
}

}  // namespace dsb
