#include "engines/simulated/step_cost.h"

#include <algorithm>
#include <vector>

namespace dsb {

const char* CostKindName(CostKind kind) {
  switch (kind) {
    case CostKind::kProfile:
      return "profile";
    case CostKind::kFit:
      return "fit";
    case CostKind::kBound:
      return "bound";
  }
  return "";
}

StepRates RatesOf(const StepCost& cost, int64_t requests, int64_t most) {
  const double rest_ms = cost.DraftMs(requests) + cost.OverheadMs(requests);
  std::vector<double> per_s;
  for (int64_t tokens = 0; tokens <= std::max(most, requests); ++tokens) {
    const double ms = cost.VerifyMs(std::max(tokens, requests), requests) + rest_ms;
    per_s.push_back(1000 / ms);
  }
  return StepRates(std::move(per_s));
}

}  // namespace dsb
