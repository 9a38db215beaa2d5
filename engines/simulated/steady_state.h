// An arm under a closed loop of so many users, in the middle of their answers: no prefill, no
// queue, no end. What the paper's figures, a bridge's counterfactuals and `whatif` are made of. The
// requests' random numbers are the same for every arm. Pure.
#pragma once

#include <cstdint>

#include "engines/simulated/simulated_rounds.h"

namespace dsb {

struct SteadyLoad {
  int32_t requests = 1;       // in flight
  int64_t num_rounds = 8000;  // of all requests together, at least
  uint64_t seed = 1;
  // A user's answer ends after so many rounds and the next one begins, so that a mix of domains
  // comes about with few users too.
  int32_t rounds_per_answer = 50;
};

struct SteadyState {
  double accepted_length = 1;                       // tokens a round, bonus included
  double verified = 1;                              // tokens a request and step, anchor included
  double draft_ms = 0, verify_ms = 0, step_ms = 0;  // means over steps
  double user_tokens_per_s = 0;                     // accepted_length / step
  double tokens_per_s = 0;                          // of all requests
};

SteadyState SimulateSteadyState(SimulatedArm arm, const SteadyLoad& load);

}  // namespace dsb
