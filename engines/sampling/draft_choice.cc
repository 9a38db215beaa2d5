#include "engines/sampling/draft_choice.h"

#include "base/philox.h"
#include "engines/sampling/target_law.h"
#include "kernels/vocabulary_row.h"

namespace dsb {
namespace {

// Greedy drafts keep no law.
double GreedyLawSum(std::span<const float> logits) {
  thread_local std::vector<float> weights;
  weights.resize(logits.size());
  return SoftmaxWeights(logits, 1, weights);
}

}  // namespace

void ChooseDraft(const DraftRequest& request, std::span<const float> logits,
                 std::span<const int32_t> target_ids, int32_t k, DraftBlock& block) {
  int32_t index = 0;
  const bool greedy = IsGreedy(request.sampling);
  if (!greedy) {
    std::vector<float>& weights = block.weights.emplace_back(logits.size());
    block.weight_sums.push_back(
        SoftmaxWeights(logits, static_cast<float>(1 / request.sampling.temperature), weights));
  }
  if (request.law_confidence) {  // the heaviest weight is 1
    const double sum = greedy ? GreedyLawSum(logits) : block.weight_sums.back();
    block.confidence.push_back(static_cast<float>(1 / sum));
  }
  if (greedy) {
    index = ArgMax(logits);
  } else {
    const double u = Uniform({.seed = request.seed,
                              .request = request.random_id,
                              .purpose = RandomPurpose::kDraft,
                              .position = static_cast<uint32_t>(request.anchor_position + 1 + k),
                              .round = request.round});
    index = SampleIndex(block.weights.back(), u);
  }
  block.draft_indices.push_back(index);
  block.tokens.push_back(target_ids.empty() ? index : target_ids[static_cast<size_t>(index)]);
}

}  // namespace dsb
