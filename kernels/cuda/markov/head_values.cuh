// Eight neighbouring values of a draft head's matrix or input at a time: one 16-byte load of bf16,
// two of float.
#pragma once

#include "kernels/cuda/common/device.cuh"
#include "kernels/cuda/markov/head_matrix.h"

namespace dsb::cuda {

struct Eight {
  float values[8];
};

__device__ __forceinline__ float FromBf16Bits(uint32_t bits) { return __uint_as_float(bits << 16); }

__device__ __forceinline__ float RoundToBf16(float value) {
  return __bfloat162float(__float2bfloat16(value));
}

// At element `index`, a multiple of 8; `data` is 16-byte aligned.
__device__ __forceinline__ Eight LoadEight(const void* data, ValueType type, int64_t index) {
  Eight eight;
  if (type == ValueType::kBf16) {
    const uint4 words = *reinterpret_cast<const uint4*>(static_cast<const uint16_t*>(data) + index);
    const uint32_t pairs[4] = {words.x, words.y, words.z, words.w};
    for (int i = 0; i < 4; ++i) {
      eight.values[2 * i] = FromBf16Bits(pairs[i] & 0xFFFFu);
      eight.values[2 * i + 1] = __uint_as_float(pairs[i] & 0xFFFF0000u);
    }
  } else {
    const auto* floats = static_cast<const float*>(data) + index;
    const float4 low = *reinterpret_cast<const float4*>(floats);
    const float4 high = *reinterpret_cast<const float4*>(floats + 4);
    eight = {{low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w}};
  }
  return eight;
}

__device__ __forceinline__ float LoadOne(const RowMatrix& matrix, int64_t row, int32_t col) {
  const int64_t index = row * ((matrix.cols + 7) / 8 * 8) + col;
  return matrix.type == ValueType::kBf16
             ? FromBf16Bits(static_cast<const uint16_t*>(matrix.data)[index])
             : static_cast<const float*>(matrix.data)[index];
}

// sum + a . b, in order.
__device__ __forceinline__ float AddProducts(const Eight& a, const Eight& b, float sum) {
  for (int i = 0; i < 8; ++i) sum = fmaf(a.values[i], b.values[i], sum);
  return sum;
}

}  // namespace dsb::cuda
