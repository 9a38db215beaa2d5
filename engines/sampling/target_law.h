// The target's law of one token from its logits: temperature, then top-k, then top-p, then softmax
// (verification.md 1). Kept unnormalised: p(x) = weights[x] / sum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engines/request.h"

namespace dsb {

inline bool IsGreedy(const SamplingParams& sampling) { return sampling.temperature < 1e-5; }

struct TokenLaw {
  std::vector<float> weights;  // [vocab], 0 outside the truncated support
  double sum = 0;

  double probability(int32_t token) const {
    return static_cast<double>(weights[static_cast<size_t>(token)]) / sum;
  }
};

// `law` is overwritten (its memory is reused). Not for greedy sampling. Ties at the cut-offs keep
// the lower ids.
void ComputeTargetLaw(std::span<const float> logits, const SamplingParams& sampling, TokenLaw& law);

}  // namespace dsb
