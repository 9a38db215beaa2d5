// The acceptance rule of one request and round (verification.md 1): greedy and rejection sampling,
// lossless. The caller gives the random numbers: recorded or enumerated ones can be fed in.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/philox.h"
#include "engines/request.h"
#include "engines/sampling/target_law.h"
#include "kernels/vocabulary_row.h"

namespace dsb {

// Draft token k (0-based) of the verified ones, with the law it was drawn from: unnormalised over
// the draft vocabulary.
struct DraftedToken {
  int32_t token = 0;               // target id
  int32_t draft_index = 0;         // the same token in the draft vocabulary
  std::span<const float> weights;  // empty: the draft was deterministic (one-hot)
  double weight_sum = 1;

  double probability() const {
    return weights.empty()
               ? 1.0
               : static_cast<double>(weights[static_cast<size_t>(draft_index)]) / weight_sum;
  }
};

struct VerifyInput {
  std::span<const DraftedToken> drafted;  // l verified tokens, in order
  std::span<const int32_t> target_ids;    // draft vocabulary index -> target id; empty: identity
  SamplingParams sampling;
  // Logits of row k: the target's law of the token at the anchor's index + k + 1, k = 0 .. l.
  std::function<std::span<const float>(int32_t k)> logits;
};

struct VerifyOutcome {
  int32_t accepted = 0;
  int32_t next_token = 0;  // the correction, or the bonus token if all were accepted
  bool finite =
      true;  // false: a row that was needed has a NaN or infinite logit; nothing else is valid
};

// Uniform numbers of one round: `index` is the offset k of the token being decided.
template <typename T>
concept RoundUniforms = requires(T draws, RandomPurpose purpose, int32_t index) {
  { draws(purpose, index) } -> std::convertible_to<double>;
};

// Reused memory of VerifyRound.
struct VerifyScratch {
  TokenLaw law;
  std::vector<float> draft_law;
};

// The token after a rejection of `drafted` under law p: max(p - q, 0) normalised, or p itself if no
// mass is left.
int32_t SampleResidual(const DraftedToken& drafted, std::span<const int32_t> target_ids, double u,
                       VerifyScratch& scratch);

template <RoundUniforms Uniforms>
VerifyOutcome VerifyRound(const VerifyInput& input, Uniforms&& uniform, VerifyScratch& scratch) {
  const auto verified = static_cast<int32_t>(input.drafted.size());
  VerifyOutcome outcome;
  for (int32_t k = 0; k <= verified; ++k) {
    const std::span<const float> logits = input.logits(k);
    if (!AllFinite(logits)) {
      outcome.finite = false;
      return outcome;
    }
    const bool tested = k < verified;
    if (IsGreedy(input.sampling)) {
      outcome.next_token = ArgMax(logits);
      if (!tested || input.drafted[static_cast<size_t>(k)].token != outcome.next_token)
        return outcome;
    } else {
      ComputeTargetLaw(logits, input.sampling, scratch.law);
      if (!tested) {
        outcome.next_token = SampleIndex(scratch.law.weights, uniform(RandomPurpose::kBonus, k));
        return outcome;
      }
      const DraftedToken& drafted = input.drafted[static_cast<size_t>(k)];
      const double u = uniform(RandomPurpose::kAccept, k);
      if (!(u * drafted.probability() < scratch.law.probability(drafted.token))) {
        outcome.next_token = SampleResidual(drafted, input.target_ids,
                                            uniform(RandomPurpose::kResidual, k), scratch);
        return outcome;
      }
    }
    ++outcome.accepted;
  }
  return outcome;
}

}  // namespace dsb
