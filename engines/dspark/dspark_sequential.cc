// The sequential stage: Markov bias, choice of the token, confidence (drafters.md 1.4 and 1.5).
#include <algorithm>
#include <cmath>

#include "base/philox.h"
#include "engines/decoding/target_law.h"
#include "engines/dspark/dspark_drafter.h"
#include "kernels/vocabulary_row.h"

namespace dsb {

int32_t DSparkDrafter::TargetId(int32_t draft_index) const {
  return weights_->target_ids.empty() ? draft_index
                                      : weights_->target_ids[static_cast<size_t>(draft_index)];
}

// l_k = U_k + W2 W1[x_{k-1}] for the active requests, whose tokens before k are known.
void DSparkDrafter::AddMarkovBias(const std::vector<size_t>& active,
                                  std::span<const DraftRequest> requests,
                                  std::span<const DraftBlock> blocks, int32_t k) {
  const auto rank = static_cast<size_t>(weights_->config.markov_rank);
  const auto vocab = static_cast<size_t>(weights_->config.draft_vocab_size);
  markov_input_.resize(active.size() * rank);
  for (size_t row = 0; row < active.size(); ++row) {
    const size_t i = active[row];
    const int32_t previous = k == 0 ? requests[i].anchor : blocks[i].tokens.back();
    weights_->markov_w1.Lookup(previous, std::span(markov_input_).subspan(row * rank, rank));
  }
  // One request: straight onto its row. Several: their rows are not evenly spaced.
  const bool single = active.size() == 1;
  if (!single) bias_.resize(active.size() * vocab);
  float* first = logits_.data() + static_cast<size_t>(first_logit_row_[active[0]] + k) * vocab;
  Gemm({.weights = &weights_->markov_w2,
        .input = markov_input_.data(),
        .input_stride = weights_->config.markov_rank,
        .output = single ? first : bias_.data(),
        .output_stride = weights_->config.draft_vocab_size,
        .num_rows = static_cast<int64_t>(active.size()),
        .accumulate = single},
       scratch_.gemm, *pool_);
  if (single) return;
  pool_->ParallelFor(
      static_cast<int64_t>(active.size()), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
        for (auto row = static_cast<size_t>(begin); row < static_cast<size_t>(end); ++row) {
          float* logits =
              logits_.data() + static_cast<size_t>(first_logit_row_[active[row]] + k) * vocab;
          const float* bias = bias_.data() + row * vocab;
          for (size_t j = 0; j < vocab; ++j) logits[j] += bias[j];
        }
      });
}

void DSparkDrafter::Choose(const DraftRequest& request, std::span<const float> logits, int32_t k,
                           DraftBlock& block) const {
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
  block.tokens.push_back(TargetId(index));
}

std::vector<DraftBlock> DSparkDrafter::Sequential(std::span<const DraftRequest> requests,
                                                  std::span<const int32_t> forced) {
  const auto vocab = static_cast<size_t>(weights_->config.draft_vocab_size);
  std::vector<DraftBlock> blocks(requests.size());
  for (int32_t k = 0; k < draft_length(); ++k) {
    std::vector<size_t> active;
    for (size_t i = 0; i < requests.size(); ++i) {
      if (requests[i].max_tokens > k) active.push_back(i);
    }
    if (active.empty()) break;
    AddMarkovBias(active, requests, blocks, k);
    pool_->ParallelFor(
        static_cast<int64_t>(active.size()), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
          for (auto row = static_cast<size_t>(begin); row < static_cast<size_t>(end); ++row) {
            const size_t i = active[row];
            const std::span<const float> logits = std::span(logits_).subspan(
                static_cast<size_t>(first_logit_row_[i] + k) * vocab, vocab);
            Choose(requests[i], logits, k, blocks[i]);
            if (!forced.empty()) blocks[i].tokens.back() = forced[static_cast<size_t>(k)];
          }
        });
  }
  return blocks;
}

// c_k = sigmoid(w [h_k ; W1[x_{k-1}]] + b): a function of the tokens before x_k alone, so cutting
// on it is lossless.
void DSparkDrafter::Confidence(std::span<const DraftRequest> requests,
                               std::span<DraftBlock> blocks) {
  if (!has_confidence()) return;
  const auto hidden = static_cast<size_t>(weights_->config.shape.hidden);
  const std::vector<float>& weight = weights_->confidence_weight;
  std::vector<float> previous_row(static_cast<size_t>(weights_->config.markov_rank));
  for (size_t i = 0; i < requests.size(); ++i) {
    for (size_t k = 0; k < blocks[i].tokens.size(); ++k) {
      const size_t row = i * static_cast<size_t>(draft_length()) + k;
      double sum = static_cast<double>(weights_->confidence_bias);
      for (size_t j = 0; j < hidden; ++j) {
        sum += static_cast<double>(weight[j]) * static_cast<double>(hidden_[row * hidden + j]);
      }
      if (weights_->config.confidence_with_markov) {
        const int32_t previous = k == 0 ? requests[i].anchor : blocks[i].tokens[k - 1];
        weights_->markov_w1.Lookup(previous, previous_row);
        for (size_t j = 0; j < previous_row.size(); ++j) {
          sum += static_cast<double>(weight[hidden + j]) * static_cast<double>(previous_row[j]);
        }
      }
      blocks[i].confidence.push_back(static_cast<float>(1 / (1 + std::exp(-sum))));
    }
  }
}

}  // namespace dsb
