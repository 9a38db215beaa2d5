// Runs a target over one flattened list of tokens from any number of sequences with unequal query
// lengths (the paper's section 5.3): prefill chunks, single tokens and verify blocks are the same
// pass. Holds keys, values and buffers. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "engines/features.h"
#include "engines/target_model/target_model.h"
#include "engines/transformer/kv_slots.h"

namespace dsb {

// Consecutive tokens of one sequence. Positions 0 .. first_position-1 of the slot are already
// stored.
struct TargetInput {
  int32_t slot = 0;
  int32_t first_position = 0;
  std::span<const int32_t> tokens;  // ids below the vocabulary size
  int32_t num_logit_rows = 0;       // logits of the last so many tokens; <= tokens.size()
};

class TargetRunner {
 public:
  struct Options {
    int32_t num_slots = 1;
    int32_t context_tokens = 0;           // positions per slot, <= the model's own limit
    std::vector<int32_t> feature_layers;  // outputs to keep, in this order (drafter.h)
  };
  TargetRunner(std::shared_ptr<const TargetModel> model, const Options& options, ThreadPool& pool);

  // One pass. Results stay until the next call. A slot appears at most once.
  void Forward(std::span<const TargetInput> inputs);

  // The sequence in `slot` has ended: gives back what it took of memory.
  void End(int32_t slot);

  // Logits of input `index`: row 0 belongs to its token tokens.size() - num_logit_rows.
  std::span<const float> Logits(size_t index, int32_t row) const;
  // Features of the first `num_rows` tokens of input `index`.
  FeatureRows Features(size_t index, int32_t num_rows) const;
  // Residual rows after the last layer, before the final norm: [tokens of all inputs, hidden].
  std::span<const float> residual() const { return x_; }

  const TargetModel& model() const { return *model_; }
  int32_t context_tokens() const { return options_.context_tokens; }

 private:
  void Embed(std::span<const TargetInput> inputs);
  void Tap(int32_t layer);
  void TapFinalNorm();
  void ComputeLogits(std::span<const TargetInput> inputs);

  std::shared_ptr<const TargetModel> model_;
  Options options_;
  ThreadPool* pool_;
  KvSlots kv_;
  std::vector<int64_t> stored_;  // per slot: positions written
  LayerScratch scratch_;
  int64_t num_rows_ = 0;
  std::vector<float> x_;                      // [num_rows, hidden]
  std::vector<int32_t> positions_;            // [num_rows]
  std::vector<AttentionSequence> sequences_;  // per input
  std::vector<float> features_;               // [num_rows, layers * hidden]
  std::vector<float> logit_input_;            // [logit rows, hidden]
  std::vector<float> logits_;                 // [logit rows, vocab]
  std::vector<int64_t> first_logit_row_;      // per input
};

}  // namespace dsb
