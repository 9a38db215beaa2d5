// Gemm for more input rows (prefill, large batches): a block has 128 output rows, a tile of 16 a
// warp, times 64 input rows, which it rounds to bf16 once into shared memory. Each warp walks all
// splits of the columns one after the other and adds them in their order, so the bits are
// gemm_narrow's.
#pragma once

#include "kernels/cuda/gemm/gemm_narrow.cuh"

namespace dsb::cuda {

constexpr int kWideWarps = 8;
constexpr int kWideTokens = 64;
constexpr int kWideTiles = kWideTokens / 8;
constexpr int kStageBytes = kWideTokens * 128;  // 64 columns of bf16 a row
constexpr int kTotalBytes = kWideTiles * 4 * 32 * kWideWarps * 4;

// Sixteen-byte chunk `chunk` (8 columns) of input row `token`: odd rows have their halves swapped,
// so that the eight lanes that read together meet all banks.
__device__ __forceinline__ int StageOffset(int token, int chunk) {
  return token * 128 + (chunk ^ (token % 2 * 4)) * 16;
}

// A thread's part of one stage: two chunks of eight columns.
struct StagedInput {
  uint4 chunks[2];
};

__device__ __forceinline__ StagedInput LoadStage(const InputRows& rows, int64_t first_token,
                                                 int unit) {
  StagedInput out;
#pragma unroll
  for (int i = 0; i < 2; ++i) {
    const int at = static_cast<int>(threadIdx.x) + i * 32 * kWideWarps;
    out.chunks[i] = rows.Load8(first_token + at / 8, unit * kUnitColumns + at % 8 * 8);
  }
  return out;
}

__device__ __forceinline__ void StoreStage(unsigned char* stage, const StagedInput& input) {
#pragma unroll
  for (int i = 0; i < 2; ++i) {
    const int at = static_cast<int>(threadIdx.x) + i * 32 * kWideWarps;
    *reinterpret_cast<uint4*>(stage + StageOffset(at / 8, at % 8)) = input.chunks[i];
  }
}

template <class Unit>
__global__ __launch_bounds__(32 * kWideWarps,
                             Unit::kQuantized ? 1 : 2) void GemmWideKernel(GemmParams params,
                                                                         InputRows rows,
                                                                         uint32_t offset) {
  constexpr int kStages = Ring<Unit>::kStages;
  DSB_DYNAMIC_SHARED(unsigned char, shared);
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int64_t first_token = static_cast<int64_t>(blockIdx.x) * kWideTokens;
  const int64_t tile = static_cast<int64_t>(blockIdx.y) * kWideWarps + warp;
  const bool has_tile = tile * kTileRows < params.weights.rows;
  const int units = static_cast<int>(NumUnits(params.weights.cols));
  const int per_split = static_cast<int>(UnitsPerSplit(units));
  unsigned char* ring = shared + 2 * kStageBytes + kTotalBytes + warp * Ring<Unit>::kWarpBytes;
  const auto* weights =
      reinterpret_cast<const unsigned char*>(params.weights.data) + tile * units * Unit::kBytes;

  for (int stage = 0; stage < kStages - 1; ++stage) {
    if (has_tile && stage < units) {
      CopyUnit<Unit>(ring + stage * Unit::kBytes, weights + stage * Unit::kBytes, lane);
    }
    CpAsyncCommit();
  }
  const unsigned char* ahead = weights + (kStages - 1) * Unit::kBytes;  // the next to copy
  StoreStage(shared, LoadStage(rows, first_token, 0));
  // This thread's sums of whole splits: in shared memory, since it is seldom touched.
  auto* total = reinterpret_cast<float*>(shared + 2 * kStageBytes) + threadIdx.x;
  float acc[kWideTiles][4] = {};
  int slot = 0;
  int left = per_split;  // units of this split still to come
  for (int unit = 0; unit < units; ++unit) {
    CpAsyncWait<kStages - 2>();
    __syncthreads();
    const bool more = unit + 1 < units;
    StagedInput next{};
    if (more) next = LoadStage(rows, first_token, unit + 1);
    const int free_slot = slot == 0 ? kStages - 1 : slot - 1;
    if (has_tile && unit + kStages - 1 < units) {
      CopyUnit<Unit>(ring + free_slot * Unit::kBytes, ahead, lane);
      ahead += Unit::kBytes;
    }
    CpAsyncCommit();
    if (has_tile) {
      const unsigned char* stage = shared + unit % 2 * kStageBytes;
      const auto input = [&](int n, int block) {
        const int at = StageOffset(8 * n + lane / 4, 4 * block + lane % 4);
        return *reinterpret_cast<const uint4*>(stage + at);
      };
      MultiplyUnit<Unit, kWideTiles>(ring + slot * Unit::kBytes, lane, offset, input, acc);
      if (--left == 0 || !more) {
        const bool first_split = unit < per_split;
#pragma unroll
        for (int e = 0; e < 4 * kWideTiles; ++e) {
          float& sum = total[e * 32 * kWideWarps];
          float& part = acc[e / 4][e % 4];
          sum = first_split ? part : sum + part;
          part = 0;
        }
        left = per_split;
      }
    }
    if (more) StoreStage(shared + (unit + 1) % 2 * kStageBytes, next);
    slot = slot + 1 == kStages ? 0 : slot + 1;
  }
  CpAsyncWait<0>();
  if (!has_tile) return;
  for (int e = 0; e < 4 * kWideTiles; ++e) {
    const int64_t token = first_token + e / 4 * 8 + lane % 4 * 2 + e % 2;
    const int64_t row = tile * kTileRows + lane / 4 + e / 2 % 2 * 8;
    if (token < params.num_rows && row < params.weights.rows) {
      StoreOutput(params, row, token, total[e * 32 * kWideWarps]);
    }
  }
}

template <class Unit>
void GemmWide(const GemmParams& params, const InputRows& rows, Stream stream) {
  constexpr int64_t kRows = kWideWarps * kTileRows;
  const int64_t token_tiles = (params.num_rows + kWideTokens - 1) / kWideTokens;
  const int64_t row_blocks = (params.weights.rows + kRows - 1) / kRows;
  Launch({.grid = dim3(static_cast<unsigned>(token_tiles), static_cast<unsigned>(row_blocks)),
          .block = dim3(32 * kWideWarps),
          .shared_bytes =
              size_t{2 * kStageBytes + kTotalBytes} + size_t{kWideWarps} * Ring<Unit>::kWarpBytes,
          .stream = stream},
         GemmWideKernel<Unit>, params, rows, NibbleOffset(params.weights));
}

}  // namespace dsb::cuda
