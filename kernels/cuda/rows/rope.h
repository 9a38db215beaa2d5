// Rotary position embedding in rotate-half order, in place (targets.md 1). The heads of a row are
// neighbours, so one launch over num_heads + num_kv_heads heads turns the q and k of a fused qkv
// row.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/row_info.h"
#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct RopeParams {
  float* rows = nullptr;          // [num_rows, num_heads * head_dim]
  int64_t stride = 0;             // floats from row to row
  const RowInfo* info = nullptr;  // [num_rows]; padding rows are left alone
  int64_t num_rows = 0;
  int64_t num_heads = 0;
  int64_t head_dim = 0;
  // [positions, head_dim]: cosines of head_dim / 2 angles, then their sines: dsb::RopeTable's
  // memory from cosines(0) on.
  const float* table = nullptr;
};

void Rope(const RopeParams& params, Stream stream);

}  // namespace dsb::cuda
