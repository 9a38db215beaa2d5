#include "engines/dspark/dspark_drafter.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/rms_norm.h"

namespace dsb {

DSparkDrafter::DSparkDrafter(std::shared_ptr<const DSparkWeights> weights, int32_t num_slots,
                             int32_t context_tokens, ThreadPool& pool)
    : weights_(std::move(weights)),
      pool_(&pool),
      rope_(weights_->config.rope_frequencies, context_tokens),
      kv_({.num_layers = weights_->config.num_layers,
           .num_slots = num_slots,
           .context_tokens = context_tokens,
           .num_kv_heads = weights_->config.shape.num_kv_heads,
           .head_dim = weights_->config.shape.head_dim}),
      cached_(static_cast<size_t>(num_slots), 0) {}

void DSparkDrafter::Begin(int32_t slot) { cached_[static_cast<size_t>(slot)] = 0; }

// c = RMSNorm(fc features) (paper eq. 2); its keys and values do not depend on any block and are
// stored at once (eq. 3).
void DSparkDrafter::Advance(int32_t slot, int32_t first_position, const FeatureRows& features) {
  const LayerShape& shape = weights_->config.shape;
  int32_t& cached = cached_[static_cast<size_t>(slot)];
  DSB_CHECK(first_position == cached && features.width == weights_->feature_projection.cols());
  const int64_t rows = features.num_rows;
  context_.resize(static_cast<size_t>(rows * shape.hidden));
  context_kv_.resize(static_cast<size_t>(rows * 2 * shape.kv_width()));
  Gemm({.weights = &weights_->feature_projection,
        .input = features.rows,
        .input_stride = features.width,
        .output = context_.data(),
        .output_stride = shape.hidden,
        .num_rows = rows},
       scratch_.gemm, *pool_);
  RmsNorm({.input = context_.data(),
           .input_stride = shape.hidden,
           .weight = weights_->feature_norm.data(),
           .output = context_.data(),
           .output_stride = shape.hidden,
           .num_rows = rows,
           .size = shape.hidden,
           .epsilon = shape.norm_epsilon},
          *pool_);
  std::vector<int32_t> positions(static_cast<size_t>(rows));
  for (size_t i = 0; i < positions.size(); ++i) {
    positions[i] = first_position + static_cast<int32_t>(i);
  }
  const int64_t stride = 2 * shape.kv_width();
  for (size_t layer = 0; layer < weights_->layers.size(); ++layer) {
    Gemm({.weights = &weights_->context_kv[layer],
          .input = context_.data(),
          .input_stride = shape.hidden,
          .output = context_kv_.data(),
          .output_stride = stride,
          .num_rows = rows},
         scratch_.gemm, *pool_);
    const AttentionSequence sequence = {.kv = kv_.Layer(static_cast<int64_t>(layer), slot),
                                        .first_row = 0,
                                        .num_rows = rows,
                                        .first_position = first_position,
                                        .causal = false};
    NormRotateStoreKeys({.keys = context_kv_.data(),
                         .values = context_kv_.data() + shape.kv_width(),
                         .stride = stride,
                         .positions = positions.data(),
                         .num_rows = rows,
                         .shape = &shape,
                         .k_norm = weights_->layers[layer].k_norm,
                         .rope = &rope_,
                         .sequences = std::span(&sequence, 1)},
                        *pool_);
  }
  cached += static_cast<int32_t>(rows);
}

// The whole trained block runs whatever is wanted of it: its attention is bidirectional
// (drafters.md 1.3).
void DSparkDrafter::RunBackbone(std::span<const DraftRequest> requests) {
  const DSparkConfig& config = weights_->config;
  const auto hidden = static_cast<size_t>(config.shape.hidden);
  const auto block = static_cast<size_t>(config.block_size);
  const size_t rows = requests.size() * block;
  x_.resize(rows * hidden);
  std::vector<int32_t> positions;
  std::vector<AttentionSequence> sequences;
  for (size_t i = 0; i < requests.size(); ++i) {
    const DraftRequest& request = requests[i];
    DSB_CHECK(request.anchor_position == cached_[static_cast<size_t>(request.slot)]);
    const std::span<float> block_rows = std::span(x_).subspan(i * block * hidden, block * hidden);
    weights_->embedding.Lookup(request.anchor, block_rows.first(hidden));
    for (size_t k = 1; k < block; ++k) {
      std::copy(weights_->mask_embedding.begin(), weights_->mask_embedding.end(),
                block_rows.begin() + static_cast<std::ptrdiff_t>(k * hidden));
    }
    for (int32_t k = 0; k < config.block_size; ++k) {
      positions.push_back(request.anchor_position + k);
    }
    sequences.push_back({.kv = {},
                         .first_row = static_cast<int64_t>(i * block),
                         .num_rows = config.block_size,
                         .first_position = request.anchor_position,
                         .causal = false});
  }
  for (size_t layer = 0; layer < weights_->layers.size(); ++layer) {
    for (size_t i = 0; i < requests.size(); ++i) {
      sequences[i].kv = kv_.Layer(static_cast<int64_t>(layer), requests[i].slot);
    }
    RunDecoderLayer({.layer = &weights_->layers[layer],
                     .shape = &config.shape,
                     .x = x_.data(),
                     .positions = positions.data(),
                     .num_rows = static_cast<int64_t>(rows),
                     .rope = &rope_,
                     .sequences = sequences},
                    scratch_, *pool_);
  }
  hidden_.resize(x_.size());
  RmsNorm({.input = x_.data(),
           .input_stride = config.shape.hidden,
           .weight = weights_->final_norm.data(),
           .output = hidden_.data(),
           .output_stride = config.shape.hidden,
           .num_rows = static_cast<int64_t>(rows),
           .size = config.shape.hidden,
           .epsilon = config.shape.norm_epsilon},
          *pool_);
}

// U = lm_head h for the rows whose token is wanted.
void DSparkDrafter::BaseLogits(std::span<const DraftRequest> requests) {
  const DSparkConfig& config = weights_->config;
  const auto hidden = static_cast<size_t>(config.shape.hidden);
  head_input_.clear();
  first_logit_row_.clear();
  int64_t rows = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    first_logit_row_.push_back(rows);
    const auto first = hidden_.begin() + static_cast<std::ptrdiff_t>(
                                             i * static_cast<size_t>(config.block_size) * hidden);
    head_input_.insert(head_input_.end(), first,
                       first + requests[i].max_tokens * config.shape.hidden);
    rows += requests[i].max_tokens;
  }
  logits_.resize(static_cast<size_t>(rows * config.draft_vocab_size));
  if (rows == 0) return;
  Gemm({.weights = &weights_->head,
        .input = head_input_.data(),
        .input_stride = config.shape.hidden,
        .output = logits_.data(),
        .output_stride = config.draft_vocab_size,
        .num_rows = rows},
       scratch_.gemm, *pool_);
}

std::vector<DraftBlock> DSparkDrafter::Draft(std::span<const DraftRequest> requests) {
  for (const DraftRequest& request : requests) {
    DSB_CHECK(request.max_tokens >= 0 && request.max_tokens <= draft_length());
  }
  const bool any = std::any_of(requests.begin(), requests.end(),
                               [](const DraftRequest& request) { return request.max_tokens > 0; });
  if (!any) return std::vector<DraftBlock>(requests.size());
  RunBackbone(requests);
  BaseLogits(requests);
  return Sequential(requests, {});
}

std::vector<DraftBlock> DSparkDrafter::DraftForced(const DraftRequest& request,
                                                   std::span<const int32_t> tokens) {
  const std::span requests(&request, 1);
  RunBackbone(requests);
  BaseLogits(requests);
  return Sequential(requests, tokens);
}

int64_t DSparkDrafter::bytes_per_draft() const {
  int64_t bytes =
      weights_->feature_projection.bytes() + weights_->head.bytes() + weights_->markov_w2.bytes();
  for (size_t i = 0; i < weights_->layers.size(); ++i) {
    bytes += weights_->layers[i].weight_bytes() + weights_->context_kv[i].bytes();
  }
  return bytes;
}

int64_t DSparkDrafter::flops_per_draft() const {
  int64_t per_row = weights_->head.multiply_adds() + weights_->markov_w2.multiply_adds();
  for (const DecoderLayer& layer : weights_->layers) per_row += layer.multiply_adds();
  return 2 * per_row * draft_length();
}

}  // namespace dsb
