// Gemm of f32 weights: float FMA. A block has one panel of 16 output rows; its warps have one split
// of the columns each; lane 4c + q of a warp holds rows 4q .. 4q+3 of every eighth column.
#pragma once

#include "kernels/cuda/gemm/gemm_unit.cuh"

namespace dsb::cuda {

template <int kTokens>
__global__ __launch_bounds__(32 * kSplits) void GemmF32Kernel(GemmParams params) {
  // By columns mod 8, added without shuffles: they cost more than the products on the host runner.
  __shared__ float partial[kSplits][kTokens][8][16];
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int64_t cols = params.weights.cols;
  const int64_t first_token = static_cast<int64_t>(blockIdx.y) * kTokens;
  const int64_t steps = (cols + 7) / 8;
  const int64_t per_split = (steps + kSplits - 1) / kSplits;
  const int64_t last = min((warp + 1) * per_split, steps);
  const auto* panel =
      reinterpret_cast<const float*>(params.weights.data) + blockIdx.x * cols * kTileRows;
  const float* input = params.input + first_token * params.input_stride;
  const int num_tokens = static_cast<int>(min(params.num_rows - first_token, int64_t{kTokens}));

  float acc[kTokens][4] = {};
#pragma unroll 4
  for (int64_t step = warp * per_split; step < last; ++step) {
    const int64_t col = 8 * step + lane / 4;
    if (col >= cols) continue;
    const float4 w = *reinterpret_cast<const float4*>(panel + col * kTileRows + lane % 4 * 4);
#pragma unroll
    for (int t = 0; t < kTokens; ++t) {
      if (t >= num_tokens) continue;
      const float x = input[t * params.input_stride + col];
      acc[t][0] = fmaf(w.x, x, acc[t][0]);
      acc[t][1] = fmaf(w.y, x, acc[t][1]);
      acc[t][2] = fmaf(w.z, x, acc[t][2]);
      acc[t][3] = fmaf(w.w, x, acc[t][3]);
    }
  }
#pragma unroll
  for (int t = 0; t < kTokens; ++t) {
    if (t >= num_tokens) continue;
    for (int i = 0; i < 4; ++i) partial[warp][t][lane / 4][lane % 4 * 4 + i] = acc[t][i];
  }
  __syncthreads();
  const int e = static_cast<int>(threadIdx.x);
  const int64_t row = static_cast<int64_t>(blockIdx.x) * kTileRows + e % 16;
  if (e >= 16 * num_tokens || row >= params.weights.rows) return;
  float sum = 0;
  for (int split = 0; split < kSplits; ++split) {
    const auto& of = partial[split][e / 16];
    const int r = e % 16;
    sum += ((of[0][r] + of[1][r]) + (of[2][r] + of[3][r])) +
           ((of[4][r] + of[5][r]) + (of[6][r] + of[7][r]));
  }
  StoreOutput(params, row, first_token + e / 16, sum);
}

template <int kTokens>
void GemmF32(const GemmParams& params, Stream stream) {
  const int64_t panels = (params.weights.rows + kTileRows - 1) / kTileRows;
  const int64_t token_tiles = (params.num_rows + kTokens - 1) / kTokens;
  Launch({.grid = dim3(static_cast<unsigned>(panels), static_cast<unsigned>(token_tiles)),
          .block = dim3(32 * kSplits),
          .shared_bytes = 0,
          .stream = stream},
         GemmF32Kernel<kTokens>, params);
}

}  // namespace dsb::cuda
