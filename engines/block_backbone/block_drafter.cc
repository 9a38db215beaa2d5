#include "engines/block_backbone/block_drafter.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/rms_norm.h"

namespace dsb {

BlockDrafter::BlockDrafter(std::shared_ptr<const BlockWeights> backbone, int32_t num_slots,
                           int32_t context_tokens, ThreadPool& pool)
    : backbone_(std::move(backbone)),
      pool_(&pool),
      rope_(backbone_->config.rope_frequencies, context_tokens),
      kv_({.num_layers = backbone_->config.num_layers,
           .num_slots = num_slots,
           .context_tokens = context_tokens,
           .num_kv_heads = backbone_->config.shape.num_kv_heads,
           .head_dim = backbone_->config.shape.head_dim}),
      cached_(static_cast<size_t>(num_slots), 0) {}

std::span<const float> BlockDrafter::HiddenRow(size_t i, int32_t k) const {
  const auto hidden = static_cast<size_t>(config().shape.hidden);
  const size_t row = i * static_cast<size_t>(config().block_rows) +
                     static_cast<size_t>(config().first_draft_row() + k);
  return std::span(hidden_).subspan(row * hidden, hidden);
}

std::span<float> BlockDrafter::LogitRow(size_t i, int32_t k) {
  const auto vocab = static_cast<size_t>(config().draft_vocab_size);
  return std::span(logits_).subspan(static_cast<size_t>(first_logit_row_[i] + k) * vocab, vocab);
}

// x = the anchor's embedding and the masks', positions s, s+1, ...
std::vector<AttentionSequence> BlockDrafter::FillBlocks(std::span<const DraftRequest> requests) {
  const auto hidden = static_cast<size_t>(config().shape.hidden);
  const auto block = static_cast<size_t>(config().block_rows);
  x_.resize(requests.size() * block * hidden);
  positions_.clear();
  std::vector<AttentionSequence> sequences;
  for (size_t i = 0; i < requests.size(); ++i) {
    const DraftRequest& request = requests[i];
    DSB_CHECK(request.anchor_position == cached_[static_cast<size_t>(request.slot)]);
    const std::span<float> rows = std::span(x_).subspan(i * block * hidden, block * hidden);
    backbone_->embedding.Lookup(request.anchor, rows.first(hidden));
    for (size_t k = 1; k < block; ++k) {
      std::copy(backbone_->mask_embedding.begin(), backbone_->mask_embedding.end(),
                rows.begin() + static_cast<std::ptrdiff_t>(k * hidden));
    }
    for (int32_t k = 0; k < config().block_rows; ++k) {
      positions_.push_back(request.anchor_position + k);
    }
    sequences.push_back({.kv = {},
                         .first_row = static_cast<int64_t>(i * block),
                         .num_rows = config().block_rows,
                         .first_position = request.anchor_position,
                         .causal = false});
  }
  return sequences;
}

// The whole trained block runs whatever is wanted of it: its attention is bidirectional
// (drafters.md 1.3).
void BlockDrafter::RunBackbone(std::span<const DraftRequest> requests) {
  std::vector<AttentionSequence> sequences = FillBlocks(requests);
  const auto rows = static_cast<int64_t>(positions_.size());
  for (size_t layer = 0; layer < backbone_->layers.size(); ++layer) {
    for (size_t i = 0; i < requests.size(); ++i) {
      sequences[i].kv = kv_.Layer(static_cast<int64_t>(layer), requests[i].slot);
    }
    RunDecoderLayer({.layer = &backbone_->layers[layer],
                     .shape = &config().shape,
                     .x = x_.data(),
                     .positions = positions_.data(),
                     .num_rows = rows,
                     .rope = &rope_,
                     .sequences = sequences},
                    scratch_, *pool_);
  }
  hidden_.resize(x_.size());
  RmsNorm({.input = x_.data(),
           .input_stride = config().shape.hidden,
           .weight = backbone_->final_norm.data(),
           .output = hidden_.data(),
           .output_stride = config().shape.hidden,
           .num_rows = rows,
           .size = config().shape.hidden,
           .epsilon = config().shape.norm_epsilon},
          *pool_);
}

// U = lm_head h for the rows whose token is wanted.
void BlockDrafter::BaseLogits(std::span<const DraftRequest> requests) {
  head_input_.clear();
  first_logit_row_.clear();
  int64_t rows = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    first_logit_row_.push_back(rows);
    for (int32_t k = 0; k < requests[i].max_tokens; ++k) {
      const std::span<const float> row = HiddenRow(i, k);
      head_input_.insert(head_input_.end(), row.begin(), row.end());
    }
    rows += requests[i].max_tokens;
  }
  logits_.resize(static_cast<size_t>(rows * config().draft_vocab_size));
  if (rows == 0) return;
  Gemm({.weights = &backbone_->head(),
        .input = head_input_.data(),
        .input_stride = config().shape.hidden,
        .output = logits_.data(),
        .output_stride = config().draft_vocab_size,
        .num_rows = rows},
       scratch_.gemm, *pool_);
}

std::vector<DraftBlock> BlockDrafter::Draft(std::span<const DraftRequest> requests) {
  for (const DraftRequest& request : requests) {
    DSB_CHECK(request.max_tokens >= 0 && request.max_tokens <= draft_length());
  }
  const bool any = std::any_of(requests.begin(), requests.end(),
                               [](const DraftRequest& request) { return request.max_tokens > 0; });
  if (!any) return std::vector<DraftBlock>(requests.size());
  RunBackbone(requests);
  BaseLogits(requests);
  return ChooseTokens(requests, {});
}

std::vector<DraftBlock> BlockDrafter::DraftForced(const DraftRequest& request,
                                                  std::span<const int32_t> tokens) {
  const std::span requests(&request, 1);
  RunBackbone(requests);
  BaseLogits(requests);
  return ChooseTokens(requests, tokens);
}

}  // namespace dsb
