// The target's law of one token from its logits: temperature, then top-k, then top-p, then softmax
// (verification.md 1). Kept unnormalised: p(x) = weights[x] / sum.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engines/request.h"

namespace dsb {

inline bool IsGreedy(const SamplingParams& sampling) { return sampling.temperature < 1e-5; }

// The law as it is executed, in the order of its steps: "argmax, lowest id first", "softmax(logits
// / 0.7), top_k 20, top_p 0.95"; what is off is left out.
std::string SamplingLawText(const SamplingParams& sampling);

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
