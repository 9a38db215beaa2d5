#include "kernels/cuda/attention/store_kv.h"

#include "kernels/cuda/common/vectors.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 128;

// A thread stores dimensions 4i .. 4i+3 of one head's key and value; zeros past head_dim.
__global__ __launch_bounds__(kThreads) void StoreKvKernel(StoreKvParams params, bool aligned_keys,
                                                          bool aligned_values) {
  const KvCache& cache = params.cache;
  const RowInfo info = params.info[blockIdx.y];
  if (info.slot < 0) return;
  const int64_t padded = PaddedHeadDim(cache.head_dim);
  const int64_t quads = padded / 4;
  const int64_t thread = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (thread >= cache.num_kv_heads * quads) return;
  const int64_t i = thread % quads;
  const int64_t head = thread / quads;
  const int64_t from = blockIdx.y * params.stride + head * cache.head_dim;
  const int64_t to = KvHeadOffset(cache, info.slot, head);
  const float4 key = Load4(params.keys + from, i, cache.head_dim, aligned_keys);
  const float4 value = Load4(params.values + from, i, cache.head_dim, aligned_values);
  *reinterpret_cast<float4*>(cache.keys + to + KeyOffset(padded, info.position, 4 * i)) = key;
  *reinterpret_cast<float4*>(cache.values + to + ValueOffset(padded, info.position, 4 * i)) = value;
}

}  // namespace

void StoreKv(const StoreKvParams& params, Stream stream) {
  const bool whole = params.cache.head_dim % 4 == 0;
  const int64_t threads = params.cache.num_kv_heads * PaddedHeadDim(params.cache.head_dim) / 4;
  Launch({.grid = dim3(BlocksFor(threads, kThreads), static_cast<unsigned>(params.num_rows)),
          .block = dim3(kThreads),
          .shared_bytes = 0,
          .stream = stream},
         StoreKvKernel, params, whole && AlignedRows(params.keys, params.stride),
         whole && AlignedRows(params.values, params.stride));
}

}  // namespace dsb::cuda
