#include "kernels/cuda/rows/rope.h"

#include "kernels/cuda/common/vectors.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 128;

// A thread turns pairs 4i .. 4i+3 of one head.
__global__ __launch_bounds__(kThreads) void RopeKernel(RopeParams params, bool aligned) {
  const RowInfo info = params.info[blockIdx.y];
  if (info.slot < 0) return;
  const int64_t half = params.head_dim / 2;
  const int64_t quads = (half + 3) / 4;
  const int64_t thread = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (thread >= params.num_heads * quads) return;
  const int64_t i = thread % quads;
  float* low = params.rows + blockIdx.y * params.stride + thread / quads * params.head_dim;
  float* high = low + half;
  const float* cosines = params.table + info.position * params.head_dim;
  const float4 c = Load4(cosines, i, half, aligned);
  const float4 s = Load4(cosines + half, i, half, aligned);
  const float4 a = Load4(low, i, half, aligned);
  const float4 b = Load4(high, i, half, aligned);
  Store4(low, i, half, aligned,
         make_float4(a.x * c.x - b.x * s.x, a.y * c.y - b.y * s.y, a.z * c.z - b.z * s.z,
                     a.w * c.w - b.w * s.w));
  Store4(high, i, half, aligned,
         make_float4(b.x * c.x + a.x * s.x, b.y * c.y + a.y * s.y, b.z * c.z + a.z * s.z,
                     b.w * c.w + a.w * s.w));
}

}  // namespace

void Rope(const RopeParams& params, Stream stream) {
  const bool aligned = params.head_dim % 8 == 0 && AlignedRows(params.rows, params.stride) &&
                       AlignedRows(params.table, 0);
  const int64_t threads = params.num_heads * ((params.head_dim / 2 + 3) / 4);
  Launch({.grid = dim3(BlocksFor(threads, kThreads), static_cast<unsigned>(params.num_rows)),
          .block = dim3(kThreads),
          .shared_bytes = 0,
          .stream = stream},
         RopeKernel, params, aligned);
}

}  // namespace dsb::cuda
