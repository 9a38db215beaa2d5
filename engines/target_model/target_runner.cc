#include "engines/target_model/target_runner.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "kernels/rms_norm.h"

namespace dsb {

TargetRunner::TargetRunner(std::shared_ptr<const TargetModel> model, const Options& options,
                           ThreadPool& pool)
    : model_(std::move(model)),
      options_(options),
      pool_(&pool),
      kv_({.num_layers = model_->config().num_layers,
           .num_slots = options.num_slots,
           .context_tokens = options.context_tokens,
           .num_kv_heads = model_->config().shape.num_kv_heads,
           .head_dim = model_->config().shape.head_dim}),
      stored_(static_cast<size_t>(options.num_slots)) {
  DSB_CHECK(options.context_tokens <= model_->config().context_tokens);
}

void TargetRunner::Embed(std::span<const TargetInput> inputs) {
  const int64_t hidden = model_->config().shape.hidden;
  num_rows_ = 0;
  positions_.clear();
  sequences_.clear();
  for (const TargetInput& input : inputs) {
    const auto count = static_cast<int32_t>(input.tokens.size());
    DSB_CHECK(input.first_position >= 0 && count > 0 &&
              input.first_position + count <= options_.context_tokens);
    sequences_.push_back({.kv = {},
                          .first_row = num_rows_,
                          .num_rows = count,
                          .first_position = input.first_position,
                          .causal = true});
    for (int32_t i = 0; i < count; ++i) positions_.push_back(input.first_position + i);
    num_rows_ += count;
  }
  x_.resize(static_cast<size_t>(num_rows_ * hidden));
  float* row = x_.data();
  for (const TargetInput& input : inputs) {
    for (const int32_t token : input.tokens) {
      model_->embedding().Lookup(token, {row, static_cast<size_t>(hidden)});
      row += hidden;
    }
  }
}

void TargetRunner::Tap(int32_t layer) {
  const auto hidden = static_cast<size_t>(model_->config().shape.hidden);
  const size_t width = options_.feature_layers.size() * hidden;
  for (size_t i = 0; i < options_.feature_layers.size(); ++i) {
    if (options_.feature_layers[i] != layer) continue;
    for (size_t row = 0; row < static_cast<size_t>(num_rows_); ++row) {
      std::copy_n(x_.data() + row * hidden, hidden, features_.data() + row * width + i * hidden);
    }
  }
}

void TargetRunner::Forward(std::span<const TargetInput> inputs) {
  const ModelConfig& config = model_->config();
  Embed(inputs);
  features_.resize(static_cast<size_t>(num_rows_ * config.shape.hidden) *
                   options_.feature_layers.size());
  Tap(kEmbeddingFeature);
  for (const TargetInput& input : inputs) {
    int64_t& stored = stored_[static_cast<size_t>(input.slot)];
    stored = std::max(stored, input.first_position + static_cast<int64_t>(input.tokens.size()));
  }
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      sequences_[i].kv = kv_.Layer(layer, inputs[i].slot);
    }
    RunDecoderLayer({.layer = &model_->layers()[static_cast<size_t>(layer)],
                     .shape = &config.shape,
                     .x = x_.data(),
                     .positions = positions_.data(),
                     .num_rows = num_rows_,
                     .rope = &model_->rope(),
                     .sequences = sequences_},
                    scratch_, *pool_);
    Tap(static_cast<int32_t>(layer));
  }
  TapFinalNorm();
  ComputeLogits(inputs);
}

void TargetRunner::End(int32_t slot) {
  kv_.Release(slot, std::exchange(stored_[static_cast<size_t>(slot)], 0));
}

void TargetRunner::TapFinalNorm() {
  const ModelConfig& config = model_->config();
  const size_t num_layers = options_.feature_layers.size();
  for (size_t i = 0; i < num_layers; ++i) {
    if (options_.feature_layers[i] != kFinalNormFeature) continue;
    RmsNorm({.input = x_.data(),
             .input_stride = config.shape.hidden,
             .weight = model_->final_norm().data(),
             .output = features_.data() + static_cast<int64_t>(i) * config.shape.hidden,
             .output_stride = static_cast<int64_t>(num_layers) * config.shape.hidden,
             .num_rows = num_rows_,
             .size = config.shape.hidden,
             .epsilon = config.shape.norm_epsilon},
            *pool_);
  }
}

void TargetRunner::ComputeLogits(std::span<const TargetInput> inputs) {
  const ModelConfig& config = model_->config();
  const int64_t hidden = config.shape.hidden;
  first_logit_row_.clear();
  int64_t rows = 0;
  for (const TargetInput& input : inputs) {
    first_logit_row_.push_back(rows);
    rows += input.num_logit_rows;
  }
  if (rows == 0) return;
  logit_input_.resize(static_cast<size_t>(rows * hidden));
  logits_.resize(static_cast<size_t>(rows * config.vocab_size));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const AttentionSequence& sequence = sequences_[i];
    const int64_t skipped = sequence.num_rows - inputs[i].num_logit_rows;
    RmsNorm({.input = x_.data() + (sequence.first_row + skipped) * hidden,
             .input_stride = hidden,
             .weight = model_->final_norm().data(),
             .output = logit_input_.data() + first_logit_row_[i] * hidden,
             .output_stride = hidden,
             .num_rows = inputs[i].num_logit_rows,
             .size = hidden,
             .epsilon = config.shape.norm_epsilon},
            *pool_);
  }
  Gemm({.weights = &model_->head(),
        .input = logit_input_.data(),
        .input_stride = hidden,
        .output = logits_.data(),
        .output_stride = config.vocab_size,
        .num_rows = rows},
       scratch_.gemm, *pool_);
}

std::span<const float> TargetRunner::Logits(size_t index, int32_t row) const {
  const auto vocab = static_cast<size_t>(model_->config().vocab_size);
  return {logits_.data() + static_cast<size_t>(first_logit_row_[index] + row) * vocab, vocab};
}

FeatureRows TargetRunner::Features(size_t index, int32_t num_rows) const {
  const int64_t width =
      static_cast<int64_t>(options_.feature_layers.size()) * model_->config().shape.hidden;
  return {.rows = features_.data() + sequences_[index].first_row * width,
          .num_rows = num_rows,
          .width = width};
}

}  // namespace dsb
