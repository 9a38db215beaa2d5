// What lies between the qkv product and attention, in one launch: the per-head q and k norms,
// rotary embedding of q and k, and the store of k and v. The same as RmsNorm, Rope and StoreKv one
// after the other, but for the order in which a norm's squares are added.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/kv_cache.h"
#include "kernels/cuda/common/row_info.h"
#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct PrepareHeadsParams {
  // [num_rows, (num_heads + 2 * num_kv_heads) * head_dim]: q heads, k heads, v heads. q is changed
  // in place; k and v go to the cache only.
  float* rows = nullptr;
  int64_t stride = 0;             // floats from row to row
  const RowInfo* info = nullptr;  // [num_rows]; padding rows are left alone
  int64_t num_rows = 0;
  int64_t num_heads = 0;  // 0: the rows are k and v heads only (a drafter's context keys)
  KvCache cache;
  const float* q_norm = nullptr;  // [head_dim]; null: no norm
  const float* k_norm = nullptr;
  float epsilon = 0;
  const float* table = nullptr;  // as RopeParams::table
};

void PrepareHeads(const PrepareHeadsParams& params, Stream stream);

}  // namespace dsb::cuda
