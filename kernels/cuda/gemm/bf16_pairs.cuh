// Two bf16 in a 32-bit word, the lower index in the lower half, and the steps from bytes and
// nibbles to such pairs. bf16 has eight significant bits, so 128 + n is exact for n < 128 and its
// bits are 0x4300 | n: integers become numbers by or-ing, and lose the 128 by one exact
// subtraction.
#pragma once

#include <cstring>

#include "kernels/cuda/common/device.cuh"

namespace dsb::cuda {

constexpr uint32_t kBf16Ones = 0x3f803f80u;
constexpr uint32_t kBf16Offset = 0x43004300u;  // 128, 128

__device__ __forceinline__ uint32_t Bf16PairBits(__nv_bfloat162 pair) {
  uint32_t bits;
  memcpy(&bits, &pair, sizeof(bits));
  return bits;
}

// Rounds to nearest even.
__device__ __forceinline__ uint32_t Bf16Pair(float low, float high) {
  return Bf16PairBits(__floats2bfloat162_rn(low, high));
}

__device__ __forceinline__ uint32_t SubtractBf16Pairs(uint32_t a, uint32_t b) {
  __nv_bfloat162 x;
  __nv_bfloat162 y;
  memcpy(static_cast<void*>(&x), &a, sizeof(a));
  memcpy(static_cast<void*>(&y), &b, sizeof(b));
  return Bf16PairBits(__hsub2(x, y));
}

// Nibbles i and i + 4 of `word`, less what `offset` holds above 0x4300 in each half.
template <int i>
__device__ __forceinline__ uint32_t NibblePair(uint32_t word, uint32_t offset) {
  return SubtractBf16Pairs((word >> (4 * i) & 0x000f000fu) | kBf16Offset, offset);
}

// Signed bytes 2i and 2i + 1 of `word`: 128 + low seven bits, less 128, or less 256 if bit 7 is
// set.
template <int i>
__device__ __forceinline__ uint32_t BytePair(uint32_t word) {
  const uint32_t low = word >> (16 * i) & 0xffu;
  const uint32_t high = word >> (16 * i + 8) & 0xffu;
  const uint32_t pair = low | high << 16 | kBf16Offset;
  return SubtractBf16Pairs(pair & 0xff7fff7fu, pair & 0xff80ff80u);
}

}  // namespace dsb::cuda
