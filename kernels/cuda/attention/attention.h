// Grouped-query attention of flattened query rows over cached keys and values (the paper's 5.3).
// score = scale * q.k, softmax in float. Keys are cut into splits of kAttentionSplitKeys positions,
// each with its own maximum and sum, merged in order: a row's bits depend on its query and its
// visible keys alone, not on num_rows, the workspace or the other rows.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/kv_cache.h"
#include "kernels/cuda/common/row_info.h"
#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

constexpr int64_t kAttentionSplitKeys = 128;
// With more rows than this the splits of a row are walked by one block, without workspace.
constexpr int64_t kAttentionSplitRows = 64;

struct AttentionParams {
  const float* queries = nullptr;  // [num_rows, num_heads * head_dim], rotated
  int64_t query_stride = 0;        // floats from row to row
  float* output = nullptr;         // [num_rows, num_heads * head_dim]
  int64_t output_stride = 0;
  KvCache cache;                  // this pass's own keys and values are already stored
  const RowInfo* info = nullptr;  // [num_rows]; visible <= capacity; padding rows are left alone
  int64_t num_rows = 0;
  int64_t num_heads = 0;  // query head h reads kv head h / (num_heads / num_kv_heads)
  float scale = 0;
  // AttentionWorkspaceFloats(), shared by all layers of one stream. Null: no split over blocks.
  float* workspace = nullptr;
};

// The largest workspace that passes of at most max_rows rows use; 0 if none.
int64_t AttentionWorkspaceFloats(int64_t max_rows, int64_t num_heads, int64_t head_dim,
                                 int64_t capacity);

void Attention(const AttentionParams& params, Stream stream);

}  // namespace dsb::cuda
