// Copies rows: output[target(i)] = input[source(i)]. Gathers (head inputs), scatters, and feature
// taps (a column range of wider rows, through the strides).
#pragma once

#include <cstdint>

#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct CopyRowsParams {
  const float* input = nullptr;
  int64_t input_stride = 0;  // floats from row to row
  float* output = nullptr;   // may not overlap the input
  int64_t output_stride = 0;
  const int32_t* sources = nullptr;  // [num_rows] row numbers; null: i. Negative: row i is skipped
  const int32_t* targets = nullptr;  // [num_rows] likewise
  int64_t num_rows = 0;
  int64_t size = 0;  // floats of a row
};

void CopyRows(const CopyRowsParams& params, Stream stream);

}  // namespace dsb::cuda
