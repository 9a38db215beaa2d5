#include "engines/simulated/steady_state.h"

#include <utility>
#include <vector>

#include "base/error.h"

namespace dsb {
namespace {

// A budget that goes by earlier rounds has seen some before anything counts.
constexpr int64_t kWarmupSteps = 6;

}  // namespace

SteadyState SimulateSteadyState(SimulatedArm arm, const SteadyLoad& load) {
  DSB_CHECK(load.requests >= 1 && load.rounds_per_answer >= 1);
  const int32_t draft_length = arm.draft_length;
  SimulatedRounds rounds(std::move(arm));
  const auto count = static_cast<size_t>(load.requests);
  std::vector<RequestLoad> requests(count);
  std::vector<RoundKey> keys(count);
  for (size_t i = 0; i < count; ++i) {
    const auto user = static_cast<int32_t>(i);
    // Answers end at different times.
    requests[i] = {.slot = user,
                   .generation = user,
                   .round = static_cast<uint32_t>(user % load.rounds_per_answer),
                   .most = draft_length};
  }
  int64_t num_answers = load.requests;
  const int64_t num_steps = (load.num_rounds + load.requests - 1) / load.requests;
  double tokens = 0, verified = 0, draft_ms = 0, verify_ms = 0, total_ms = 0;
  for (int64_t step = 1; step <= kWarmupSteps + num_steps; ++step) {
    for (size_t i = 0; i < count; ++i) {
      keys[i] = {.seed = load.seed,
                 .request = static_cast<uint64_t>(requests[i].generation),
                 .round = requests[i].round};
    }
    const RoundWork work = rounds.Run(step, requests, keys);
    if (step > kWarmupSteps) {
      for (const SimulatedOutcome& outcome : rounds.outcomes()) tokens += 1 + outcome.accepted;
      verified += static_cast<double>(work.num_verify_tokens);
      draft_ms += work.draft_ms;
      verify_ms += work.verify_ms;
      total_ms += work.total_ms();
    }
    for (RequestLoad& request : requests) {
      if (++request.round < static_cast<uint32_t>(load.rounds_per_answer)) continue;
      request.round = 0;
      request.generation = num_answers++;
    }
  }
  const auto steps = static_cast<double>(num_steps);
  const double all_rounds = steps * load.requests;
  SteadyState state;
  state.accepted_length = tokens / all_rounds;
  state.verified = verified / all_rounds;
  state.draft_ms = draft_ms / steps;
  state.verify_ms = verify_ms / steps;
  state.step_ms = total_ms / steps;
  state.tokens_per_s = 1000 * tokens / total_ms;
  state.user_tokens_per_s = state.tokens_per_s / load.requests;
  return state;
}

}  // namespace dsb
