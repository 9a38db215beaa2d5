// One block, token by token: logits of the state, the choice, the step to the next state
// (drafters.md 3.3).
#include <algorithm>

#include "base/error.h"
#include "engines/recurrent/recurrent_drafter.h"
#include "engines/sampling/draft_choice.h"
#include "kernels/rms_norm.h"

namespace dsb {
namespace {

bool EndsBlock(const DraftRequest& request, const DraftBlock& block) {
  const std::span<const int32_t> stops = request.stop_tokens;
  return !block.tokens.empty() &&
         std::find(stops.begin(), stops.end(), block.tokens.back()) != stops.end();
}

}  // namespace

// Feeds each active request its newest draft token at position s + k - 1.
void RecurrentDrafter::Step(std::span<const DraftRequest> requests, std::span<const size_t> active,
                            std::span<const DraftBlock> blocks) {
  const auto hidden = static_cast<size_t>(weights_->config.shape.hidden);
  hidden_.clear();
  tokens_.clear();
  std::vector<AttentionSequence> sequences;
  for (const size_t i : active) {
    const auto drafted = static_cast<int64_t>(blocks[i].tokens.size());
    sequences.push_back({.kv = kv_.Layer(0, requests[i].slot),
                         .first_row = static_cast<int64_t>(tokens_.size()),
                         .num_rows = 1,
                         .first_position = requests[i].anchor_position + drafted - 1,
                         .causal = true});
    const auto state = block_states_.begin() + static_cast<std::ptrdiff_t>(i * hidden);
    hidden_.insert(hidden_.end(), state, state + static_cast<std::ptrdiff_t>(hidden));
    tokens_.push_back(blocks[i].tokens.back());
  }
  RunRows(sequences);
  for (size_t row = 0; row < active.size(); ++row) {
    std::copy_n(x_.data() + row * hidden, hidden, block_states_.data() + active[row] * hidden);
  }
}

void RecurrentDrafter::ComputeLogits(std::span<const size_t> active) {
  const LayerShape& shape = weights_->config.shape;
  const auto hidden = static_cast<size_t>(shape.hidden);
  normed_.resize(active.size() * hidden);
  logits_.resize(active.size() * static_cast<size_t>(weights_->config.draft_vocab_size));
  for (size_t row = 0; row < active.size(); ++row) {
    RmsNorm({.input = block_states_.data() + active[row] * hidden,
             .input_stride = shape.hidden,
             .weight = weights_->final_norm.data(),
             .output = normed_.data() + row * hidden,
             .output_stride = shape.hidden,
             .num_rows = 1,
             .size = shape.hidden,
             .epsilon = shape.norm_epsilon},
            *pool_);
  }
  Gemm({.weights = &weights_->head(),
        .input = normed_.data(),
        .input_stride = shape.hidden,
        .output = logits_.data(),
        .output_stride = weights_->config.draft_vocab_size,
        .num_rows = static_cast<int64_t>(active.size())},
       scratch_.gemm, *pool_);
}

std::vector<DraftBlock> RecurrentDrafter::DraftBlocks(std::span<const DraftRequest> requests,
                                                      std::span<const int32_t> forced,
                                                      Recording* recording) {
  const auto vocab = static_cast<size_t>(weights_->config.draft_vocab_size);
  block_states_.clear();
  for (const DraftRequest& request : requests) {
    DSB_CHECK(request.max_tokens >= 0 && request.max_tokens <= draft_length() &&
              request.anchor_position == cached(request.slot));
    const std::span<const float> from = state(request.slot);
    block_states_.insert(block_states_.end(), from.begin(), from.end());
  }
  std::vector<DraftBlock> blocks(requests.size());
  for (int32_t k = 0; k < draft_length(); ++k) {
    std::vector<size_t> active;
    for (size_t i = 0; i < requests.size(); ++i) {
      if (requests[i].max_tokens > k && !EndsBlock(requests[i], blocks[i])) active.push_back(i);
    }
    if (active.empty()) break;
    if (k > 0) Step(requests, active, blocks);
    ComputeLogits(active);
    pool_->ParallelFor(
        static_cast<int64_t>(active.size()), 1, [&](int64_t begin, int64_t end, int /*worker*/) {
          for (auto row = static_cast<size_t>(begin); row < static_cast<size_t>(end); ++row) {
            const size_t i = active[row];
            ChooseDraft(requests[i], std::span(logits_).subspan(row * vocab, vocab),
                        weights_->target_ids, k, blocks[i]);
            if (!forced.empty()) blocks[i].tokens.back() = forced[static_cast<size_t>(k)];
          }
        });
    if (recording != nullptr) {
      recording->states.insert(recording->states.end(), block_states_.begin(), block_states_.end());
      recording->logits.insert(recording->logits.end(), logits_.begin(), logits_.end());
    }
  }
  return blocks;
}

std::vector<DraftBlock> RecurrentDrafter::Draft(std::span<const DraftRequest> requests) {
  return DraftBlocks(requests, {}, nullptr);
}

DraftBlock RecurrentDrafter::DraftForced(const DraftRequest& request,
                                         std::span<const int32_t> tokens, Recording& recording) {
  recording = {};
  return DraftBlocks(std::span(&request, 1), tokens, &recording)[0];
}

}  // namespace dsb
