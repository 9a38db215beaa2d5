#include "kernels/cuda/markov/prepare_heads.h"

#include "kernels/cuda/common/reduce.cuh"
#include "kernels/cuda/common/vectors.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 128;

struct Head {
  float* x;
  const float* norm;  // null: none
  float* store;       // the head's keys in the cache; null: back to x
  int64_t padded;
  int64_t position;

  __device__ void Put(int64_t d, float value) const {
    if (store == nullptr) {
      x[d] = value;
    } else {
      store[KeyOffset(padded, position, d)] = value;
    }
  }
};

// One warp: norm and rotation of a q or k head, pair by pair.
__device__ void NormRotate(const PrepareHeadsParams& params, const Head& head, int lane) {
  const int64_t half = params.cache.head_dim / 2;
  float scale = 1;
  if (head.norm != nullptr) {
    float squares = 0;
    for (int64_t i = lane; i < half; i += 32) {
      squares = fmaf(head.x[i], head.x[i], squares);
      squares = fmaf(head.x[half + i], head.x[half + i], squares);
    }
    const float mean = WarpSum(squares) / static_cast<float>(2 * half);
    scale = 1.0f / sqrtf(mean + params.epsilon);
  }
  const float* cosines = params.table + head.position * 2 * half;
  for (int64_t i = lane; i < half; i += 32) {
    float a = head.x[i];
    float b = head.x[half + i];
    if (head.norm != nullptr) {
      a = head.norm[i] * (a * scale);
      b = head.norm[half + i] * (b * scale);
    }
    const float c = cosines[i];
    const float s = cosines[half + i];
    head.Put(i, a * c - b * s);
    head.Put(half + i, b * c + a * s);
  }
}

__global__ __launch_bounds__(kThreads) void PrepareHeadsKernel(PrepareHeadsParams params) {
  const KvCache& cache = params.cache;
  const RowInfo info = params.info[blockIdx.y];
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int64_t head = static_cast<int64_t>(blockIdx.x) * (kThreads / 32) + threadIdx.x / 32;
  if (info.slot < 0 || head >= params.num_heads + 2 * cache.num_kv_heads) return;
  const int64_t dim = cache.head_dim;
  const int64_t padded = PaddedHeadDim(dim);
  float* x = params.rows + blockIdx.y * params.stride + head * dim;
  if (head < params.num_heads) {
    NormRotate(params, {x, params.q_norm, nullptr, padded, info.position}, lane);
    return;
  }
  const bool is_key = head < params.num_heads + cache.num_kv_heads;
  const int64_t kv_head = (head - params.num_heads) % cache.num_kv_heads;
  const int64_t at = KvHeadOffset(cache, info.slot, kv_head);
  if (is_key) {
    float* keys = cache.keys + at;
    NormRotate(params, {x, params.k_norm, keys, padded, info.position}, lane);
    if (dim + lane < padded) keys[KeyOffset(padded, info.position, dim + lane)] = 0;
    return;
  }
  float* values = cache.values + at + ValueOffset(padded, info.position, 0);
  for (int64_t d = lane; d < padded; d += 32) values[d] = d < dim ? x[d] : 0.0f;
}

}  // namespace

void PrepareHeads(const PrepareHeadsParams& params, Stream stream) {
  DSB_CHECK(params.cache.head_dim % 2 == 0);
  const int64_t heads = params.num_heads + 2 * params.cache.num_kv_heads;
  Launch({.grid = dim3(BlocksFor(heads, kThreads / 32), static_cast<unsigned>(params.num_rows)),
          .block = dim3(kThreads),
          .shared_bytes = 0,
          .stream = stream},
         PrepareHeadsKernel, params);
}

}  // namespace dsb::cuda
