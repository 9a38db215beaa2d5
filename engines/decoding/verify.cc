#include "engines/decoding/verify.h"

#include <algorithm>

namespace dsb {

int32_t SampleResidual(const DraftedToken& drafted, std::span<const int32_t> target_ids, double u,
                       VerifyScratch& scratch) {
  const std::vector<float>& p = scratch.law.weights;
  std::vector<float>& q = scratch.draft_law;
  q.assign(p.size(), 0.0f);
  if (drafted.weights.empty()) {
    q[static_cast<size_t>(drafted.token)] = 1.0f;
  } else if (target_ids.empty()) {
    std::copy(drafted.weights.begin(), drafted.weights.end(), q.begin());
  } else {
    for (size_t i = 0; i < drafted.weights.size(); ++i) {
      q[static_cast<size_t>(target_ids[i])] = drafted.weights[i];
    }
  }
  const double mass = Residual(p, 1 / scratch.law.sum, q, 1 / drafted.weight_sum, q);
  return SampleIndex(mass > 0 ? std::span<const float>(q) : std::span<const float>(p), u);
}

}  // namespace dsb
