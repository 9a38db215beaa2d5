// Requests and results between the host's terms and the kernels'.
#pragma once

#include "engines/decoding/sequence.h"
#include "engines/decoding/verify.h"
#include "engines/sampling/target_law.h"
#include "kernels/cuda/common/round_request.h"
#include "kernels/cuda/sampling/verify.h"

namespace dsb {

inline cuda::RoundRequest SamplingOf(const Sequence& sequence) {
  const EngineRequest& request = sequence.request();
  const SamplingParams& sampling = request.sampling;
  cuda::RoundRequest round;
  round.seed = request.seed;
  round.random_id = request.random_id;
  round.top_p = sampling.top_p;
  round.inverse_temperature =
      IsGreedy(sampling) ? 0.0f : static_cast<float>(1 / sampling.temperature);
  round.top_k = sampling.top_k;
  round.slot = sequence.slot();
  return round;
}

// The token after the prompt: a round with nothing drafted.
inline cuda::RoundRequest PrefillRequest(const Sequence& sequence) {
  cuda::RoundRequest round = SamplingOf(sequence);
  round.anchor = sequence.request().prompt.back();
  round.anchor_position = sequence.prompt_size() - 1;
  round.prefill = 1;
  return round;
}

inline cuda::RoundRequest DecodeRequest(const Sequence& sequence, int32_t max_drafts) {
  cuda::RoundRequest round = SamplingOf(sequence);
  round.anchor = sequence.anchor();
  round.anchor_position = sequence.anchor_position();
  round.round = sequence.round();
  round.max_drafts = max_drafts;
  return round;
}

inline VerifyOutcome OutcomeOf(const cuda::VerifyResult& result) {
  return {
      .accepted = result.accepted, .next_token = result.next_token, .finite = result.finite != 0};
}

}  // namespace dsb
