// Rows of an embedding table by token. The table lies on the device as f32 or bf16, whichever holds
// the stored numbers exactly.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct EmbeddingParams {
  const float* table_f32 = nullptr;      // [vocab, size]; one of the two tables is set
  const uint16_t* table_bf16 = nullptr;  // [vocab, size]
  int64_t vocab = 0;
  int64_t size = 0;
  const int32_t* tokens = nullptr;  // [num_rows]
  // [size]: the row of tokens outside 0 .. vocab-1 (a drafter's mask). Null: such rows are left
  // alone.
  const float* mask_row = nullptr;
  float* output = nullptr;  // [num_rows, size]
  int64_t output_stride = 0;
  int64_t num_rows = 0;
};

void Embedding(const EmbeddingParams& params, Stream stream);

}  // namespace dsb::cuda
