#include "kernels/cuda/rows/embedding.h"

#include "kernels/cuda/common/vectors.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 128;

struct Alignment {
  bool table;
  bool mask;
  bool output;
};

__device__ __forceinline__ float FloatOfBf16(uint32_t bits) { return __uint_as_float(bits << 16); }

__device__ __forceinline__ float4 LoadBf16(const uint16_t* row, int64_t i, int64_t size,
                                           bool aligned) {
  const int64_t at = 4 * i;
  if (aligned && at + 4 <= size) {
    const uint2 v = *reinterpret_cast<const uint2*>(row + at);
    return make_float4(FloatOfBf16(v.x & 0xffffu), FloatOfBf16(v.x >> 16),
                       FloatOfBf16(v.y & 0xffffu), FloatOfBf16(v.y >> 16));
  }
  float v[4];
  for (int j = 0; j < 4; ++j) v[j] = at + j < size ? FloatOfBf16(row[at + j]) : 0.0f;
  return make_float4(v[0], v[1], v[2], v[3]);
}

__global__ __launch_bounds__(kThreads) void EmbeddingKernel(EmbeddingParams params,
                                                            Alignment aligned) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (4 * i >= params.size) return;
  const int64_t token = params.tokens[blockIdx.y];
  float4 value;
  if (token < 0 || token >= params.vocab) {
    if (params.mask_row == nullptr) return;
    value = Load4(params.mask_row, i, params.size, aligned.mask);
  } else if (params.table_f32 != nullptr) {
    value = Load4(params.table_f32 + token * params.size, i, params.size, aligned.table);
  } else {
    value = LoadBf16(params.table_bf16 + token * params.size, i, params.size, aligned.table);
  }
  Store4(params.output + blockIdx.y * params.output_stride, i, params.size, aligned.output, value);
}

}  // namespace

void Embedding(const EmbeddingParams& params, Stream stream) {
  const void* table =
      params.table_f32 != nullptr ? static_cast<const void*>(params.table_f32) : params.table_bf16;
  Launch({.grid = dim3(BlocksFor((params.size + 3) / 4, kThreads),
                       static_cast<unsigned>(params.num_rows)),
          .block = dim3(kThreads),
          .shared_bytes = 0,
          .stream = stream},
         EmbeddingKernel, params,
         Alignment{.table = AlignedRows(table, params.size),
                   .mask = AlignedRows(params.mask_row, 0),
                   .output = AlignedRows(params.output, params.output_stride)});
}

}  // namespace dsb::cuda
