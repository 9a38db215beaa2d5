// How many drafts of each request the target verifies in a round: a budget that knows earlier
// rounds and an admission that knows this round's confidences. How many are drafted is not its
// business. Both native engines hold one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "engines/scheduling/admission.h"
#include "engines/scheduling/cost_table.h"
#include "engines/scheduling/policy_kind.h"
#include "engines/scheduling/verify_budget.h"

namespace dsb {

struct PolicyOptions {
  PolicyKind kind = PolicyKind::kFixed;
  double threshold = 0.5;  // kThreshold
  int32_t budget = 0;      // kBudget: drafts of all requests together
  StepRates rates = {};    // kAlgorithm1, kGlobalArgmax; empty: those of `costs`
  std::shared_ptr<const CostTable> costs = {};  // of a policy that needs it
  // Of each position's confidence, all above 0; empty: as the drafter has it (calibration.h).
  std::vector<double> temperatures = {};
  std::vector<double> usual_confidence = {};  // LaggedOptions
  // In place of the policy's own budget, to study one; of kBudget only.
  std::function<std::unique_ptr<VerifyBudget>()> make_budget = {};
};

struct VerifyPolicy {
  PolicyOptions options;
  std::unique_ptr<VerifyBudget> budget;  // not null; kUnlimitedBudget unless the policy has one
  // Of options.costs, by requests, as far as they were needed.
  std::shared_ptr<std::map<size_t, StepRates>> rates_of_costs = {};

  const PolicyEntry& entry() const { return DescribePolicy(options.kind); }
  // `next` is what budget->Next said before the round was drafted.
  std::vector<int32_t> Choose(int32_t next, std::span<const DraftedRequest> round) const;
  // The drafter's confidences of a block to those that are scheduled by.
  void Calibrate(std::span<float> confidence) const;
};

// kBadInput on a threshold outside [0, 1], a negative budget or a cost table that is missing.
VerifyPolicy MakePolicy(const PolicyOptions& options);

}  // namespace dsb
