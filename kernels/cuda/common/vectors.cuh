// Rows of floats, four at a time where they are aligned. Which thread holds which element does not
// depend on the alignment, so neither does any sum.
#pragma once

#include "kernels/cuda/common/device.cuh"

namespace dsb::cuda {

// True if rows of this pointer and stride can be read four floats at a time.
inline bool AlignedRows(const void* rows, int64_t stride) {
  return reinterpret_cast<uintptr_t>(rows) % 16 == 0 && stride % 4 == 0;
}

// Elements 4i .. 4i+3 of a row of `size`; zeros past its end.
__device__ __forceinline__ float4 Load4(const float* row, int64_t i, int64_t size, bool aligned) {
  const int64_t at = 4 * i;
  if (aligned && at + 4 <= size) return *reinterpret_cast<const float4*>(row + at);
  return make_float4(at < size ? row[at] : 0.0f, at + 1 < size ? row[at + 1] : 0.0f,
                     at + 2 < size ? row[at + 2] : 0.0f, at + 3 < size ? row[at + 3] : 0.0f);
}

__device__ __forceinline__ void Store4(float* row, int64_t i, int64_t size, bool aligned,
                                       float4 value) {
  const int64_t at = 4 * i;
  if (aligned && at + 4 <= size) {
    *reinterpret_cast<float4*>(row + at) = value;
    return;
  }
  if (at < size) row[at] = value.x;
  if (at + 1 < size) row[at + 1] = value.y;
  if (at + 2 < size) row[at + 2] = value.z;
  if (at + 3 < size) row[at + 3] = value.w;
}

// Blocks of `threads` that cover `count` threads.
inline unsigned BlocksFor(int64_t count, int64_t threads) {
  return static_cast<unsigned>((count + threads - 1) / threads);
}

}  // namespace dsb::cuda
