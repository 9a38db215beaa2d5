#include "engines/dspark/dspark_drafter.h"

#include <algorithm>
#include <cmath>

#include "engines/sampling/draft_choice.h"

namespace dsb {
namespace {

// A pointer to the backbone that keeps all weights alive.
std::shared_ptr<const BlockWeights> BackboneOf(
    const std::shared_ptr<const DSparkWeights>& weights) {
  return {weights, &weights->backbone};
}

}  // namespace

DSparkDrafter::DSparkDrafter(std::shared_ptr<const DSparkWeights> weights, int32_t num_slots,
                             int32_t context_tokens, ThreadPool& pool)
    : BlockDrafter(BackboneOf(weights), num_slots, context_tokens, pool),
      weights_(std::move(weights)),
      previous_row_(static_cast<size_t>(weights_->config.markov_rank)) {}

// l_k = U_k + B_k for the active requests, whose tokens before k are known.
void DSparkDrafter::AddMarkovBias(const std::vector<size_t>& active,
                                  std::span<const DraftRequest> requests,
                                  std::span<const DraftBlock> blocks, int32_t k) {
  const MarkovHead& head = weights_->markov;
  const auto rank = static_cast<size_t>(head.rank());
  const auto vocab = static_cast<size_t>(config().draft_vocab_size);
  std::vector<MarkovRow> rows;
  for (const size_t i : active) {
    rows.push_back({.previous = k == 0 ? requests[i].anchor : blocks[i].tokens.back(),
                    .hidden = HiddenRow(i, k),
                    .state = head.recurrent() ? std::span(states_).subspan(i * rank, rank)
                                              : std::span<float>()});
  }
  markov_input_.resize(active.size() * rank);
  head.Inputs(rows, markov_input_, gemm_scratch(), pool());
  // One request: straight onto its row. Several: their rows are not evenly spaced.
  const bool single = active.size() == 1;
  if (!single) bias_.resize(active.size() * vocab);
  Gemm({.weights = &head.w2(),
        .input = markov_input_.data(),
        .input_stride = head.rank(),
        .output = single ? LogitRow(active[0], k).data() : bias_.data(),
        .output_stride = config().draft_vocab_size,
        .num_rows = static_cast<int64_t>(active.size()),
        .accumulate = single},
       gemm_scratch(), pool());
  if (single) return;
  pool().ParallelFor(
      static_cast<int64_t>(active.size()), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
        for (auto row = static_cast<size_t>(begin); row < static_cast<size_t>(end); ++row) {
          const std::span<float> logits = LogitRow(active[row], k);
          const float* bias = bias_.data() + row * vocab;
          for (size_t j = 0; j < vocab; ++j) logits[j] += bias[j];
        }
      });
}

std::vector<DraftBlock> DSparkDrafter::ChooseTokens(std::span<const DraftRequest> requests,
                                                    std::span<const int32_t> forced) {
  std::vector<DraftBlock> blocks(requests.size());
  // Nothing recurrent survives between rounds.
  states_.assign(weights_->markov.recurrent()
                     ? requests.size() * static_cast<size_t>(weights_->markov.rank())
                     : 0,
                 0.0f);
  for (int32_t k = 0; k < draft_length(); ++k) {
    std::vector<size_t> active;
    for (size_t i = 0; i < requests.size(); ++i) {
      if (requests[i].max_tokens > k) active.push_back(i);
    }
    if (active.empty()) break;
    AddMarkovBias(active, requests, blocks, k);
    pool().ParallelFor(
        static_cast<int64_t>(active.size()), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
          for (auto row = static_cast<size_t>(begin); row < static_cast<size_t>(end); ++row) {
            const size_t i = active[row];
            ChooseDraft(requests[i], LogitRow(i, k), target_ids(), k, blocks[i]);
            if (!forced.empty()) blocks[i].tokens.back() = forced[static_cast<size_t>(k)];
          }
        });
  }
  return blocks;
}

void DSparkDrafter::Confidence(std::span<const DraftRequest> requests,
                               std::span<DraftBlock> blocks) {
  if (!has_confidence()) return;
  for (size_t i = 0; i < requests.size(); ++i) {
    for (size_t k = 0; k < blocks[i].tokens.size(); ++k) {
      const int32_t previous = k == 0 ? requests[i].anchor : blocks[i].tokens[k - 1];
      blocks[i].confidence.push_back(ConfidenceOf(HiddenRow(i, static_cast<int32_t>(k)), previous));
    }
  }
}

// c_k = sigmoid(w [h_k ; W1[x_{k-1}]] + b), the raw row of W1 with every head: a function of the
// tokens before x_k alone, so cutting on it is lossless.
float DSparkDrafter::ConfidenceOf(std::span<const float> hidden, int32_t previous) {
  const std::vector<float>& weight = weights_->confidence_weight;
  double sum = static_cast<double>(weights_->confidence_bias);
  for (size_t j = 0; j < hidden.size(); ++j) {
    sum += static_cast<double>(weight[j]) * static_cast<double>(hidden[j]);
  }
  if (weights_->config.confidence_with_markov) {
    weights_->markov.w1().Lookup(previous, previous_row_);
    for (size_t j = 0; j < previous_row_.size(); ++j) {
      sum += static_cast<double>(weight[hidden.size() + j]) * static_cast<double>(previous_row_[j]);
    }
  }
  return static_cast<float>(1 / (1 + std::exp(-sum)));
}

}  // namespace dsb
