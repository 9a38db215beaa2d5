// Stores key and value rows at their slots and positions. Padding rows touch nothing.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/kv_cache.h"
#include "kernels/cuda/common/row_info.h"
#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct StoreKvParams {
  KvCache cache;
  const float* keys = nullptr;    // [num_rows, num_kv_heads * head_dim], rotated
  const float* values = nullptr;  // the same shape
  int64_t stride = 0;             // floats from row to row, of both
  const RowInfo* info = nullptr;  // [num_rows]; slot < num_slots, position < capacity
  int64_t num_rows = 0;
};

void StoreKv(const StoreKvParams& params, Stream stream);

}  // namespace dsb::cuda
