// How many drafts of each request the target verifies in a round: a budget that knows earlier
// rounds and an admission that knows this round's confidences. How many are drafted is not its
// business. Both native engines hold one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engines/scheduling/admission.h"
#include "engines/scheduling/policy_kind.h"
#include "engines/scheduling/verify_budget.h"

namespace dsb {

struct PolicyOptions {
  PolicyKind kind = PolicyKind::kFixed;
  double threshold = 0.5;  // kThreshold
  int32_t budget = 0;      // kBudget: drafts of all requests together
  StepRates rates = {};    // kAlgorithm1, kGlobalArgmax
};

struct VerifyPolicy {
  PolicyOptions options;
  std::unique_ptr<VerifyBudget> budget;  // not null; kUnlimitedBudget unless the policy has one

  const PolicyEntry& entry() const { return DescribePolicy(options.kind); }
  // `next` is what budget->Next said before the round was drafted.
  std::vector<int32_t> Choose(int32_t next, std::span<const DraftedRequest> round) const;
};

// kBadInput on a threshold outside [0, 1] or a negative budget.
VerifyPolicy MakePolicy(const PolicyOptions& options);

}  // namespace dsb
