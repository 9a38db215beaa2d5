// Grouped-query attention of one flattened list of query rows over cached keys and values (the
// paper's 5.3: sequences with unequal query lengths in one call). score = scale * q.k, softmax in
// float, fixed order over key positions: a row's bits depend on its own query, its visible keys and
// nothing else.
#pragma once

#include <cstdint>
#include <span>

#include "base/thread_pool.h"
#include "kernels/gemm.h"
#include "kernels/kv_cache.h"

namespace dsb {

// The query rows of one sequence: rows first_row .. first_row + num_rows - 1 of the flattened list.
struct AttentionSequence {
  KvLayer kv;  // this pass's own keys and values are already stored
  int64_t first_row = 0;
  int64_t num_rows = 0;
  int64_t first_position = 0;  // position of the first query row
  bool causal =
      true;  // row at position p sees keys 0..p; else every row sees 0..first_position+num_rows-1
};

struct AttentionParams {
  const float* queries =
      nullptr;  // [rows, num_heads * head_dim], rotated, row to row `query_stride` floats
  int64_t query_stride = 0;
  float* output = nullptr;  // [rows, num_heads * head_dim]
  int64_t output_stride = 0;
  std::span<const AttentionSequence> sequences;
  int64_t num_heads = 0;  // query head h reads kv head h / (num_heads / num_kv_heads)
  float scale = 0;
};

void Attention(const AttentionParams& params, GemmScratch& scratch, ThreadPool& pool);

namespace reference {
void Attention(const AttentionParams& params);  // double
}

}  // namespace dsb
