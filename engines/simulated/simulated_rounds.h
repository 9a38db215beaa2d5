// One decode round over the requests in flight, without a model: what is drafted and how it would
// fare comes from an acceptance model, which drafts are verified from the same policy objects as in
// the native engine, and what it takes from a cost. No clock, no request. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engines/scheduling/policy.h"
#include "engines/simulated/acceptance.h"
#include "engines/simulated/step_cost.h"

namespace dsb {

struct SimulatedArm {
  VerifyPolicy policy;                                          // from MakePolicy
  std::shared_ptr<const AcceptanceModel> acceptance = nullptr;  // null: plain decoding
  std::shared_ptr<const StepCost> cost = nullptr;               // not null
  int32_t draft_length = 0;                                     // of a block; 0 without a drafter
};

struct SimulatedOutcome {
  int32_t proposed = 0, verified = 0, accepted = 0;
};

struct RoundWork {
  int64_t num_draft_tokens = 0, num_verify_tokens = 0, padded_tokens = 0;
  std::optional<int32_t> budget_tokens;
  double draft_ms = 0, verify_ms = 0, overhead_ms = 0;

  double total_ms() const { return draft_ms + verify_ms + overhead_ms; }
};

class SimulatedRounds {
 public:
  // kBadInput if the policy reads confidences and the acceptance model has none, or if it knows
  // shorter blocks only.
  explicit SimulatedRounds(SimulatedArm arm);

  // `load[i].most` drafts at most are proposed for request i; `keys` as long. Tells the budget what
  // became of the round.
  RoundWork Run(int64_t step, std::span<const RequestLoad> load, std::span<const RoundKey> keys);
  // Of the last Run, as its load.
  std::span<const SimulatedOutcome> outcomes() const { return outcomes_; }
  std::span<const float> confidence(size_t request) const {
    return drafted_[request].confidence.first(static_cast<size_t>(drafted_[request].proposed));
  }
  const SimulatedArm& arm() const { return arm_; }

 private:
  void Observe(int64_t step, std::span<const RequestLoad> load);

  SimulatedArm arm_;
  std::vector<float> confidences_;  // [requests, draft_length]
  std::vector<DraftedRequest> drafted_;
  std::vector<SimulatedOutcome> outcomes_;
  FinishedRounds finished_;
};

}  // namespace dsb
