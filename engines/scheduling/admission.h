// Which drafts of a round the target verifies: a pure function of this round's confidences
// (verification.md 5 and 6). The kinds that rank do so by survival a = c_1 ... c_j, the estimated
// chance that draft j is reached and accepted, ties to small j, then to the earlier request: no
// decision on a token looks at that token, save kGlobalArgmax's. What is remembered from earlier
// rounds is verify_budget.h. kernels/cuda/sampling/admission.h gives the same lengths bit for bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engines/scheduling/step_rates.h"
#include "kernels/admission_kind.h"

namespace dsb {

struct DraftedRequest {
  int32_t proposed = 0;               // tokens of the block
  std::span<const float> confidence;  // [proposed] or more; may be empty up to kFixed
};

struct AdmissionParams {
  double threshold = 0;              // kThreshold: on the raw confidence
  int32_t budget = 0;                // kBudget: drafts of all requests together
  const StepRates* rates = nullptr;  // kAlgorithm1, kGlobalArgmax; not null
};

// Drafts of each request to verify, 0 .. proposed.
std::vector<int32_t> Admit(AdmissionKind kind, const AdmissionParams& params,
                           std::span<const DraftedRequest> round);

}  // namespace dsb
