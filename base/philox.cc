#include "base/philox.h"

#include "base/split_mix.h"

namespace dsb {

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  constexpr uint64_t kM0 = 0xD2511F53, kM1 = 0xCD9E8D57;
  constexpr uint32_t kW0 = 0x9E3779B9, kW1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = kM0 * counter[0];
    const uint64_t p1 = kM1 * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(p0)};
    key = {key[0] + kW0, key[1] + kW1};
  }
  return counter;
}

uint64_t Random64(const RandomKey& key, uint32_t lane) {
  // Key: seed and request. Counter: purpose and lane, position, round, and the request's upper
  // half.
  const uint64_t mixed = SplitMix(key.seed) ^ SplitMix(SplitMix(key.request));
  const std::array<uint32_t, 4> words = Philox4x32(
      {lane, key.position, key.round,
       static_cast<uint32_t>(key.purpose) << 24 | static_cast<uint32_t>(key.request & 0xFFFFFF)},
      {static_cast<uint32_t>(mixed), static_cast<uint32_t>(mixed >> 32)});
  return uint64_t{words[0]} << 32 | words[1];
}

double Uniform(const RandomKey& key, uint32_t lane) {
  return static_cast<double>(Random64(key, lane) >> 11) * 0x1.0p-53;
}

}  // namespace dsb
