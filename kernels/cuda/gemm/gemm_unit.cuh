// One unit of weights (device_layout.h) times up to kTiles tiles of eight input rows, on one warp:
// the one place where the products and their order are written. What it adds to an output depends
// on that output's own weights and input alone.
#pragma once

#include <cuda_fp16.h>

#include "kernels/cuda/gemm/bf16_pairs.cuh"
#include "kernels/cuda/gemm/device_layout.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/common/ptx.cuh"

namespace dsb::cuda {

template <PackedFormat format, PackedMatrix::Scales scales>
struct WeightUnit {
  static constexpr PackedFormat kFormat = format;
  static constexpr PackedMatrix::Scales kScales = scales;
  static constexpr bool kQuantized = scales != PackedMatrix::Scales::kNone;
  static constexpr bool kMinimum = ScalesHaveMinimum(scales);
  static constexpr bool kF16Scales = ScalesAreF16(scales);
  static constexpr int kScaleCount = static_cast<int>(UnitScaleCount(scales));
  static constexpr int kQuantBytes = static_cast<int>(UnitQuantBytes(format));
  static constexpr int kBytes = static_cast<int>(UnitBytes(format, scales));
};

struct RowScales {
  float d[2];  // of rows g and g + 8
  float m[2];
};

__device__ __forceinline__ float FloatOfHalfBits(uint32_t bits) {
  __half_raw raw;
  raw.x = static_cast<unsigned short>(bits);
  return __half2float(__half(raw));
}

template <class Unit>
__device__ __forceinline__ RowScales LoadScales(const unsigned char* unit, int g, int block) {
  constexpr int kCount = Unit::kScaleCount;
  RowScales out{};
  if constexpr (Unit::kF16Scales) {
    const auto* words =
        reinterpret_cast<const uint32_t*>(unit + Unit::kQuantBytes) + (2 * g + block) * kCount / 2;
    for (int i = 0; i < 2; ++i) out.d[i] = FloatOfHalfBits(words[0] >> (16 * i));
    if constexpr (kCount == 4) {
      for (int i = 0; i < 2; ++i) out.m[i] = FloatOfHalfBits(words[1] >> (16 * i));
    }
  } else {
    const auto* numbers =
        reinterpret_cast<const float*>(unit + Unit::kQuantBytes) + (2 * g + block) * kCount;
    for (int i = 0; i < 2; ++i) out.d[i] = numbers[i];
    if constexpr (kCount == 4) {
      for (int i = 0; i < 2; ++i) out.m[i] = numbers[2 + i];
    }
  }
  return out;
}

// A fragments of one block: the products over columns 8t .. 8t+3 and over 8t+4 .. 8t+7.
template <class Unit>
__device__ __forceinline__ void LoadFragments(const unsigned char* unit, int lane, int block,
                                              uint32_t offset, uint32_t (&first)[4],
                                              uint32_t (&second)[4]) {
  const auto* pieces = reinterpret_cast<const uint4*>(unit) + lane;
  if constexpr (Unit::kFormat == PackedFormat::kBf16) {
    const uint4 top = pieces[(2 * block) * 32];
    const uint4 bottom = pieces[(2 * block + 1) * 32];
    first[0] = top.x, first[1] = bottom.x, first[2] = top.y, first[3] = bottom.y;
    second[0] = top.z, second[1] = bottom.z, second[2] = top.w, second[3] = bottom.w;
  } else if constexpr (Unit::kFormat == PackedFormat::kQ8) {
    const uint4 q = pieces[block * 32];
    first[0] = BytePair<0>(q.x), first[1] = BytePair<0>(q.z);
    first[2] = BytePair<1>(q.x), first[3] = BytePair<1>(q.z);
    second[0] = BytePair<0>(q.y), second[1] = BytePair<0>(q.w);
    second[2] = BytePair<1>(q.y), second[3] = BytePair<1>(q.w);
  } else {
    const uint4 q = pieces[0];
    const uint32_t top = block == 0 ? q.x : q.z;
    const uint32_t bottom = block == 0 ? q.y : q.w;
    first[0] = NibblePair<0>(top, offset), first[1] = NibblePair<0>(bottom, offset);
    first[2] = NibblePair<1>(top, offset), first[3] = NibblePair<1>(bottom, offset);
    second[0] = NibblePair<2>(top, offset), second[1] = NibblePair<2>(bottom, offset);
    second[2] = NibblePair<3>(top, offset), second[3] = NibblePair<3>(bottom, offset);
  }
}

// acc[n] += W x for tile n. input(n, block) gives the eight bf16 of input row 8n + lane / 4,
// columns 8 (lane % 4) .. +7 of the block. offset: NibblePair's.
template <class Unit, int kTiles, class Input>
__device__ __forceinline__ void MultiplyUnit(const unsigned char* unit, int lane, uint32_t offset,
                                             const Input& input, float (&acc)[kTiles][4]) {
  // Both blocks at once would not leave registers for eight tiles.
#pragma unroll(kTiles > 4 ? 1 : 2)
  for (int block = 0; block < 2; ++block) {
    uint32_t first[4];
    uint32_t second[4];
    LoadFragments<Unit>(unit, lane, block, offset, first, second);
    [[maybe_unused]] const RowScales scales = LoadScales<Unit>(unit, lane / 4, block);
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
      const uint4 x = input(n, block);
      const uint32_t low[2] = {x.x, x.y};
      const uint32_t high[2] = {x.z, x.w};
      if constexpr (!Unit::kQuantized) {
        MmaBf16(acc[n], first, low);
        MmaBf16(acc[n], second, high);
      } else {
        float dots[4] = {0, 0, 0, 0};
        MmaBf16(dots, first, low);
        MmaBf16(dots, second, high);
        for (int i = 0; i < 4; ++i) acc[n][i] = fmaf(scales.d[i / 2], dots[i], acc[n][i]);
        if constexpr (Unit::kMinimum) {
          const uint32_t ones[4] = {kBf16Ones, kBf16Ones, kBf16Ones, kBf16Ones};
          float sums[4] = {0, 0, 0, 0};
          MmaBf16(sums, ones, low);
          MmaBf16(sums, ones, high);
          for (int i = 0; i < 4; ++i) acc[n][i] = fmaf(scales.m[i / 2], sums[i % 2], acc[n][i]);
        }
      }
    }
  }
}

// Copies a unit to this warp's shared memory, asynchronously.
template <class Unit>
__device__ __forceinline__ void CopyUnit(unsigned char* to, const unsigned char* from, int lane) {
#pragma unroll
  for (int at = 16 * lane; at < Unit::kBytes; at += 16 * 32) CpAsync16(to + at, from + at);
}

// The columns' split into partial sums: unit ranges of this many, fixed by the number of units.
constexpr int kSplits = 8;
__device__ __forceinline__ int64_t UnitsPerSplit(int64_t units) {
  return (units + kSplits - 1) / kSplits;
}

// What a finished sum becomes.
__device__ __forceinline__ void StoreOutput(const GemmParams& params, int64_t row, int64_t token,
                                            float sum) {
  float* out = params.output + token * params.output_stride + row;
  float value = params.accumulate ? *out + sum : sum;
  if (params.soft_cap > 0) value = params.soft_cap * tanhf(value / params.soft_cap);
  *out = value;
}

// The value that NibblePair subtracts: 128 + zero_point twice.
inline uint32_t NibbleOffset(const DeviceMatrix& weights) {
  const auto zero = static_cast<uint32_t>(weights.zero_point);
  return kBf16Offset + (zero << 16 | zero);
}

}  // namespace dsb::cuda
