// base/philox.h on the device: the same bits for the same key.
#pragma once

#include "base/philox.h"
#include "kernels/cuda/common/device.cuh"
#include "kernels/cuda/common/round_request.h"

namespace dsb::cuda {

__device__ __forceinline__ uint64_t MixBits(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

__device__ __forceinline__ uint64_t DeviceRandom64(const RandomKey& key, uint32_t lane) {
  const uint64_t mixed = MixBits(key.seed) ^ MixBits(MixBits(key.request));
  uint32_t counter[4] = {
      lane, key.position, key.round,
      static_cast<uint32_t>(key.purpose) << 24 | static_cast<uint32_t>(key.request & 0xFFFFFF)};
  uint32_t words[2] = {static_cast<uint32_t>(mixed), static_cast<uint32_t>(mixed >> 32)};
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * counter[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57} * counter[2];
    counter[0] = static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ words[0];
    counter[1] = static_cast<uint32_t>(p1);
    counter[2] = static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ words[1];
    counter[3] = static_cast<uint32_t>(p0);
    words[0] += 0x9E3779B9;
    words[1] += 0xBB67AE85;
  }
  return uint64_t{counter[0]} << 32 | counter[1];
}

// In [0, 1) with 53 random bits.
__device__ __forceinline__ double DeviceUniform(const RandomKey& key, uint32_t lane = 0) {
  return static_cast<double>(DeviceRandom64(key, lane) >> 11) * 0x1.0p-53;
}

// The draw that decides the token `offset` places after the one that follows the anchor.
__device__ __forceinline__ double RoundUniform(const RoundRequest& request, RandomPurpose purpose,
                                               int32_t offset) {
  return DeviceUniform({request.seed, request.random_id, purpose,
                        static_cast<uint32_t>(request.anchor_position + 1 + offset),
                        request.round});
}

}  // namespace dsb::cuda
