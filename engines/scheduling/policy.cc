#include "engines/scheduling/policy.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "engines/scheduling/calibration.h"
#include "engines/scheduling/lagged_budget.h"

namespace dsb {
namespace {

// Passes a second by their tokens, for rounds of so many requests that are drafted for already.
StepRates RatesOf(const CostTable& costs, int64_t requests) {
  const int64_t most = requests * (1 + std::max<int64_t>(costs.conditions.draft_length, 1));
  std::vector<double> per_s;
  for (int64_t tokens = 0; tokens <= most; ++tokens) {
    per_s.push_back(1e9 / costs.StepNs(requests, std::max<int64_t>(0, tokens - requests), true));
  }
  return StepRates(std::move(per_s));
}

std::unique_ptr<VerifyBudget> MakeBudget(const PolicyOptions& options) {
  if (options.make_budget) return options.make_budget();
  switch (options.kind) {
    case PolicyKind::kBudget:
      return MakeFixedBudget(options.budget);
    case PolicyKind::kLagged:
      return MakeLaggedBudget(
          {.costs = options.costs, .usual_confidence = options.usual_confidence});
    case PolicyKind::kLaggedOld:
      return MakeLaggedBudget({.costs = options.costs,
                               .ranks_old = true,
                               .usual_confidence = options.usual_confidence});
    default:
      return MakeFixedBudget(kUnlimitedBudget);
  }
}

}  // namespace

std::vector<int32_t> VerifyPolicy::Choose(int32_t next,
                                          std::span<const DraftedRequest> round) const {
  const AdmissionKind kind = entry().admission;
  AdmissionParams params = {
      .threshold = options.threshold, .budget = next, .rates = &options.rates};
  if (kind > AdmissionKind::kBudget && options.rates.empty()) {
    StepRates& rates = (*rates_of_costs)[round.size()];
    if (rates.empty()) rates = RatesOf(*options.costs, static_cast<int64_t>(round.size()));
    params.rates = &rates;
  }
  const std::vector<std::vector<float>>* const old = budget->RankedBy();
  if (old == nullptr) return Admit(kind, params, round);
  DSB_CHECK(old->size() == round.size());
  std::vector<DraftedRequest> ranked(round.begin(), round.end());
  for (size_t r = 0; r < ranked.size(); ++r) {
    ranked[r].confidence = (*old)[r];
  }
  return Admit(kind, params, ranked);
}

void VerifyPolicy::Calibrate(std::span<float> confidence) const {
  const size_t count = std::min(confidence.size(), options.temperatures.size());
  for (size_t k = 0; k < count; ++k) {
    confidence[k] =
        static_cast<float>(Scaled(static_cast<double>(confidence[k]), options.temperatures[k]));
  }
}

VerifyPolicy MakePolicy(const PolicyOptions& options) {
  if (!(options.threshold >= 0 && options.threshold <= 1)) {
    ThrowBadInput("threshold is " + std::to_string(options.threshold) + ", expected 0 to 1");
  }
  if (options.budget < 0) {
    ThrowBadInput("budget is " + std::to_string(options.budget) + " tokens, expected 0 or more");
  }
  const PolicyEntry& entry = DescribePolicy(options.kind);
  const bool rated = entry.admission > AdmissionKind::kBudget && !options.rates.empty();
  if (entry.needs_costs && options.costs == nullptr && !rated) {
    ThrowBadInput("policy " + std::string(entry.name) + " needs a cost table (--cost-table)");
  }
  return {.options = options,
          .budget = MakeBudget(options),
          .rates_of_costs = std::make_shared<std::map<size_t, StepRates>>()};
}

}  // namespace dsb
