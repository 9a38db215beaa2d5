// Gemm for up to 32 input rows: a block has one tile of 16 output rows, its warps have one split of
// the columns each. Weights stream through a ring of units in shared memory, copied by cp.async;
// input rows are read where they are (L1) and rounded on the way.
#pragma once

#include "kernels/cuda/gemm/gemm_unit.cuh"

namespace dsb::cuda {

// Eight bf16 of an input row, from float memory.
struct InputRows {
  const float* input;
  int64_t stride;
  int64_t num_rows;
  int64_t cols;
  bool vector;  // rows are 16-byte aligned and cols is a multiple of 8

  __device__ __forceinline__ uint4 Load8(int64_t row, int64_t col) const {
    if (row >= num_rows || col >= cols) return make_uint4(0, 0, 0, 0);
    const float* x = input + row * stride + col;
    if (vector) {
      const float4 a = *reinterpret_cast<const float4*>(x);
      const float4 b = *reinterpret_cast<const float4*>(x + 4);
      return make_uint4(Bf16Pair(a.x, a.y), Bf16Pair(a.z, a.w), Bf16Pair(b.x, b.y),
                        Bf16Pair(b.z, b.w));
    }
    float v[8];
#pragma unroll
    for (int i = 0; i < 8; ++i) v[i] = col + i < cols ? x[i] : 0.0f;
    return make_uint4(Bf16Pair(v[0], v[1]), Bf16Pair(v[2], v[3]), Bf16Pair(v[4], v[5]),
                      Bf16Pair(v[6], v[7]));
  }
};

template <class Unit>
struct Ring {
  // About 4 KiB a warp, 6 KiB of bf16.
  static constexpr int kStages = Unit::kFormat == PackedFormat::kBf16 ? 3
                                 : Unit::kFormat == PackedFormat::kQ8 ? 4
                                                                      : 6;
  static constexpr int kWarpBytes = kStages * Unit::kBytes;
};

template <class Unit, int kTiles>
__global__ __launch_bounds__(32 * kSplits, 2) void GemmNarrowKernel(GemmParams params,
                                                                    InputRows rows,
                                                                    uint32_t offset) {
  constexpr int kStages = Ring<Unit>::kStages;
  DSB_DYNAMIC_SHARED(unsigned char, shared);
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int64_t tile = blockIdx.x;
  const int units = static_cast<int>(NumUnits(params.weights.cols));
  const int per_split = static_cast<int>(UnitsPerSplit(units));
  const int first = warp * per_split;
  const int last = min(first + per_split, units);
  unsigned char* ring = shared + warp * Ring<Unit>::kWarpBytes;
  const auto* weights =
      reinterpret_cast<const unsigned char*>(params.weights.data) + tile * units * Unit::kBytes;

  for (int stage = 0; stage < kStages - 1; ++stage) {
    const int unit = first + stage;
    if (unit < last)
      CopyUnit<Unit>(ring + stage * Unit::kBytes, weights + unit * Unit::kBytes, lane);
    CpAsyncCommit();
  }
  float acc[kTiles][4] = {};
  int slot = 0;
  for (int unit = first; unit < last; ++unit) {
    CpAsyncWait<kStages - 2>();
    __syncwarp();
    const int ahead = unit + kStages - 1;
    const int free_slot = slot == 0 ? kStages - 1 : slot - 1;
    if (ahead < last) {
      CopyUnit<Unit>(ring + free_slot * Unit::kBytes, weights + ahead * Unit::kBytes, lane);
    }
    CpAsyncCommit();
    const auto input = [&](int n, int block) {
      return rows.Load8(8 * n + lane / 4, unit * kUnitColumns + 32 * block + 8 * (lane % 4));
    };
    MultiplyUnit<Unit, kTiles>(ring + slot * Unit::kBytes, lane, offset, input, acc);
    slot = slot + 1 == kStages ? 0 : slot + 1;
  }
  CpAsyncWait<0>();
  __syncthreads();

  // [split][tile of rows][element][lane], in the ring's place.
  auto* partial = reinterpret_cast<float*>(shared);
  for (int n = 0; n < kTiles; ++n) {
    for (int i = 0; i < 4; ++i) partial[((warp * kTiles + n) * 4 + i) * 32 + lane] = acc[n][i];
  }
  __syncthreads();
  for (int e = static_cast<int>(threadIdx.x); e < kTiles * 128; e += 32 * kSplits) {
    const int64_t token = e / 128 * 8 + e % 4 * 2 + e / 32 % 2;
    const int64_t row = tile * kTileRows + e % 32 / 4 + e / 64 % 2 * 8;
    if (token >= params.num_rows || row >= params.weights.rows) continue;
    float sum = partial[e];
    for (int split = 1; split * per_split < units; ++split) {
      sum += partial[split * kTiles * 128 + e];
    }
    StoreOutput(params, row, token, sum);
  }
}

template <class Unit, int kTiles>
void GemmNarrow(const GemmParams& params, const InputRows& rows, Stream stream) {
  constexpr size_t kRing = size_t{kSplits} * Ring<Unit>::kWarpBytes;
  constexpr size_t kPartial = size_t{kSplits} * kTiles * 512;
  const int64_t tiles = (params.weights.rows + kTileRows - 1) / kTileRows;
  Launch({.grid = dim3(static_cast<unsigned>(tiles)),
          .block = dim3(32 * kSplits),
          .shared_bytes = kRing > kPartial ? kRing : kPartial,
          .stream = stream},
         GemmNarrowKernel<Unit, kTiles>, params, rows, NibbleOffset(params.weights));
}

}  // namespace dsb::cuda
