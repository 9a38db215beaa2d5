// K and V of one layer and one sequence slot, in the order that attention reads them, and the op
// that stores rows. Keys: blocks of 16 positions, [kv_head][position / 16][head_dim][position %
// 16]; values: [kv_head][position][head_dim]. Rows beyond the sequence's length are garbage that
// nothing may read.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"

namespace dsb {

struct KvLayer {
  float* keys = nullptr;    // 64-byte aligned, num_kv_heads * capacity * head_dim floats
  float* values = nullptr;  // 64-byte aligned, the same size
  int64_t capacity = 0;     // positions, a multiple of 16
  int64_t num_kv_heads = 0;
  int64_t head_dim = 0;  // a multiple of 2
};

inline int64_t KeyIndex(const KvLayer& layer, int64_t head, int64_t position, int64_t d) {
  return ((head * (layer.capacity / 16) + position / 16) * layer.head_dim + d) * 16 + position % 16;
}
inline int64_t ValueIndex(const KvLayer& layer, int64_t head, int64_t position, int64_t d) {
  return (head * layer.capacity + position) * layer.head_dim + d;
}

// Stores `num_rows` rows at positions first_position, first_position + 1, ...; first_position +
// num_rows <= capacity.
struct StoreKvParams {
  KvLayer layer;
  const float* keys = nullptr;    // [num_rows, num_kv_heads * head_dim], rotated
  const float* values = nullptr;  // the same shape
  int64_t stride = 0;             // floats from row to row, of both
  int64_t first_position = 0;
  int64_t num_rows = 0;
};

void StoreKv(const StoreKvParams& params);  // calling thread only

}  // namespace dsb
