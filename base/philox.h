// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011), keyed as verification.md
// section 2 says. No state: the same key gives the same number on every machine, thread and batch
// slot.
#pragma once

#include <array>
#include <cstdint>

namespace dsb {

// The bijection itself: 10 rounds.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// Disjoint streams: sharing noise between two purposes biases the output (verification.md section
// 2).
enum class RandomPurpose : uint32_t {
  kDraft = 1,
  kAccept = 2,
  kResidual = 3,
  kBonus = 4,
  kPrefill = 5,     // the first token, sampled from the prefill's logits
  kStatistics = 6,  // bootstrap resampling: request = metric id, position = resample
  kWorkload = 7,
  kTest = 8,
};

// What a draw belongs to. `position` is the index of the token being decided; `round` counts the
// verify rounds of this request so far: without it the lagged scheduler is biased.
struct RandomKey {
  uint64_t seed = 0;
  uint64_t request = 0;
  RandomPurpose purpose = RandomPurpose::kDraft;
  uint32_t position = 0;
  uint32_t round = 0;
};

// Uniform in [0, 1) with 53 random bits; `lane` numbers independent draws of one key.
double Uniform(const RandomKey& key, uint32_t lane = 0);
// 64 random bits.
uint64_t Random64(const RandomKey& key, uint32_t lane = 0);

}  // namespace dsb
