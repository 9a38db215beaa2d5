#include "engines/recurrent/recurrent_drafter.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "kernels/rms_norm.h"

namespace dsb {

RecurrentDrafter::RecurrentDrafter(std::shared_ptr<const RecurrentWeights> weights,
                                   int32_t num_slots, int32_t context_tokens, ThreadPool& pool)
    : weights_(std::move(weights)),
      pool_(&pool),
      rope_(weights_->config.rope_frequencies, context_tokens),
      kv_({.num_layers = 1,
           .num_slots = num_slots,
           .context_tokens = context_tokens,
           .num_kv_heads = weights_->config.shape.num_kv_heads,
           .head_dim = weights_->config.shape.head_dim}),
      cached_(static_cast<size_t>(num_slots), 0),
      state_(static_cast<size_t>(num_slots * weights_->config.shape.hidden)) {}

void RecurrentDrafter::Begin(int32_t slot) {
  kv_.Release(slot, std::exchange(cached_[static_cast<size_t>(slot)], 0));
}

std::span<const float> RecurrentDrafter::state(int32_t slot) const {
  const auto hidden = static_cast<size_t>(weights_->config.shape.hidden);
  return std::span(state_).subspan(static_cast<size_t>(slot) * hidden, hidden);
}

// Rows are stored over the ones that the last block left behind its first position, so nothing
// computed from the drafter's own states survives a round.
void RecurrentDrafter::Advance(std::span<const CommittedRows> committed) {
  const auto hidden = static_cast<size_t>(weights_->config.shape.hidden);
  features_.clear();
  tokens_.clear();
  std::vector<AttentionSequence> sequences;
  for (const CommittedRows& rows : committed) {
    const FeatureRows& features = rows.features;
    DSB_CHECK(rows.first_position == cached_[static_cast<size_t>(rows.slot)] &&
              static_cast<int64_t>(rows.next_tokens.size()) == features.num_rows &&
              features.num_rows > 0);
    sequences.push_back({.kv = kv_.Layer(0, rows.slot),
                         .first_row = static_cast<int64_t>(tokens_.size()),
                         .num_rows = features.num_rows,
                         .first_position = rows.first_position,
                         .causal = true});
    features_.insert(features_.end(), features.rows,
                     features.rows + features.num_rows * features.width);
    tokens_.insert(tokens_.end(), rows.next_tokens.begin(), rows.next_tokens.end());
  }
  hidden_.resize(tokens_.size() * hidden);
  HiddenFromFeatures(features_, hidden_);
  RunRows(sequences);
  for (size_t i = 0; i < committed.size(); ++i) {
    const auto slot = static_cast<size_t>(committed[i].slot);
    cached_[slot] += static_cast<int32_t>(sequences[i].num_rows);
    const auto last = static_cast<size_t>(sequences[i].first_row + sequences[i].num_rows - 1);
    std::copy_n(x_.data() + last * hidden, hidden, state_.data() + slot * hidden);
  }
}

void RecurrentDrafter::RunRows(std::span<const AttentionSequence> sequences) {
  const LayerShape& shape = weights_->config.shape;
  const auto hidden = static_cast<size_t>(shape.hidden);
  const auto rows = static_cast<int64_t>(tokens_.size());
  embedded_.resize(tokens_.size() * hidden);
  pairs_.resize(2 * embedded_.size());
  x_.resize(embedded_.size());
  for (size_t row = 0; row < tokens_.size(); ++row) {
    weights_->embedding.Lookup(tokens_[row], std::span(embedded_).subspan(row * hidden, hidden));
  }
  const auto norm = [&](const std::vector<float>& input, const std::vector<float>& weight,
                        size_t half) {
    RmsNorm({.input = input.data(),
             .input_stride = shape.hidden,
             .weight = weight.data(),
             .output = pairs_.data() + half * hidden,
             .output_stride = 2 * shape.hidden,
             .num_rows = rows,
             .size = shape.hidden,
             .epsilon = shape.norm_epsilon},
            *pool_);
  };
  norm(embedded_, weights_->embedding_norm, 0);
  norm(hidden_, weights_->hidden_norm, 1);
  const float* attention_input =
      EnterLayer({.num_rows = rows, .hidden = hidden_, .pairs = pairs_, .x = x_});
  std::vector<int32_t> positions;
  for (const AttentionSequence& sequence : sequences) {
    for (int64_t i = 0; i < sequence.num_rows; ++i) {
      positions.push_back(static_cast<int32_t>(sequence.first_position + i));
    }
  }
  RunDecoderLayer({.layer = &weights_->layer,
                   .shape = &shape,
                   .x = x_.data(),
                   .attention_input = attention_input,
                   .positions = positions.data(),
                   .num_rows = rows,
                   .rope = &rope_,
                   .sequences = sequences},
                  scratch_, *pool_);
}

}  // namespace dsb
