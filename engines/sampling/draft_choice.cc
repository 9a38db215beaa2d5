#include "engines/sampling/draft_choice.h"

#include "base/philox.h"
#include "engines/sampling/target_law.h"
#include "kernels/vocabulary_row.h"

namespace dsb {

void ChooseDraft(const DraftRequest& request, std::span<const float> logits,
                 std::span<const int32_t> target_ids, int32_t k, DraftBlock& block) {
  int32_t index = 0;
  if (IsGreedy(request.sampling)) {
    index = ArgMax(logits);
  } else {
    std::vector<float>& weights = block.weights.emplace_back(logits.size());
    block.weight_sums.push_back(
        SoftmaxWeights(logits, static_cast<float>(1 / request.sampling.temperature), weights));
    const double u = Uniform({.seed = request.seed,
                              .request = request.random_id,
                              .purpose = RandomPurpose::kDraft,
                              .position = static_cast<uint32_t>(request.anchor_position + 1 + k),
                              .round = request.round});
    index = SampleIndex(weights, u);
  }
  block.draft_indices.push_back(index);
  block.tokens.push_back(target_ids.empty() ? index : target_ids[static_cast<size_t>(index)]);
}

}  // namespace dsb
