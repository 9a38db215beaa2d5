// Keys and values of one layer for all slots, on the device, float.
//   keys    [slot][kv_head][position / 32][dim / 4][position % 32][dim % 4]
//   values  [slot][kv_head][position][dim]
// head_dim is padded to a multiple of 4 with zeros; capacity is a multiple of 32. So a warp that
// holds one key a lane reads 512 bytes in a row. Only StoreKv writes it and only Attention reads
// it.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/host_device.h"

namespace dsb::cuda {

struct KvCache {
  float* keys = nullptr;    // KvPlaneFloats(), 16-byte aligned
  float* values = nullptr;  // the same
  int64_t capacity = 0;     // positions of a slot, a multiple of kKvCapacityMultiple
  int64_t num_kv_heads = 0;
  int64_t head_dim = 0;
  int64_t num_slots = 0;
};

constexpr int64_t kKvCapacityMultiple = 32;

DSB_HOST_DEVICE constexpr int64_t PaddedHeadDim(int64_t head_dim) { return (head_dim + 3) / 4 * 4; }

// Floats of the keys (or the values) of one layer.
constexpr int64_t KvPlaneFloats(int64_t num_slots, int64_t num_kv_heads, int64_t capacity,
                                int64_t head_dim) {
  return num_slots * num_kv_heads * capacity * PaddedHeadDim(head_dim);
}

// Where the keys and values of one head begin, in floats.
DSB_HOST_DEVICE constexpr int64_t KvHeadOffset(const KvCache& cache, int64_t slot,
                                               int64_t kv_head) {
  return (slot * cache.num_kv_heads + kv_head) * cache.capacity * PaddedHeadDim(cache.head_dim);
}

// Within a head.
DSB_HOST_DEVICE constexpr int64_t KeyOffset(int64_t padded_dim, int64_t position, int64_t dim) {
  return (position / 32 * (padded_dim / 4) + dim / 4) * 128 + position % 32 * 4 + dim % 4;
}
DSB_HOST_DEVICE constexpr int64_t ValueOffset(int64_t padded_dim, int64_t position, int64_t dim) {
  return position * padded_dim + dim;
}

}  // namespace dsb::cuda
