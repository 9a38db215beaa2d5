// Drafters of one layer that work token by token (Eagle3, MTP): a step consumes the embedding of a
// token and a hidden state, its output predicts the token after and is the next state. Bookkeeping
// of drafters.md 3.3 and 4.4; the concrete drafter says what a step's layer reads. One thread.
//   committed:  row i = (hidden of the target at i, token i + 1), at position i
//   drafting:   row s + k - 1 = (own output, x_k), dropped after the round
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "engines/drafter.h"
#include "engines/recurrent/recurrent_weights.h"
#include "engines/transformer/kv_slots.h"

namespace dsb {

class RecurrentDrafter : public Drafter {
 public:
  int32_t draft_length() const override { return weights_->config.draft_length; }
  bool has_confidence() const override { return false; }
  std::span<const int32_t> target_ids() const override { return weights_->target_ids; }

  void Begin(int32_t slot) override;
  void Advance(std::span<const CommittedRows> committed) override;
  std::vector<DraftBlock> Draft(std::span<const DraftRequest> requests) override;
  void Confidence(std::span<const DraftRequest>, std::span<DraftBlock>) override {}

  int64_t bytes_per_draft() const override {
    return weights_->bytes_per_draft(input_matrix(), input_matrix_per_step());
  }
  int64_t flops_per_draft() const override {
    return weights_->flops_per_draft(input_matrix(), input_matrix_per_step());
  }

  // What a block was computed from, for the fixtures: per drafted token, in order.
  struct Recording {
    std::vector<float> states;  // [tokens, hidden], before the final norm
    std::vector<float> logits;  // [tokens, draft vocabulary]
  };
  // Drafts with given tokens instead of chosen ones.
  DraftBlock DraftForced(const DraftRequest& request, std::span<const int32_t> tokens,
                         Recording& recording);
  KvLayer Cache(int32_t slot) const { return kv_.Layer(0, slot); }
  int32_t cached(int32_t slot) const { return cached_[static_cast<size_t>(slot)]; }
  // The output of a slot's last committed row, [hidden].
  std::span<const float> state(int32_t slot) const;
  // The hidden rows that the last call of Advance fed to the layer, [rows, hidden].
  std::span<const float> hidden_rows() const { return hidden_; }

 protected:
  // `context_tokens` positions per slot, the block's own rows included.
  RecurrentDrafter(std::shared_ptr<const RecurrentWeights> weights, int32_t num_slots,
                   int32_t context_tokens, ThreadPool& pool);

  // Target features, as many values per row as features.size() says -> hidden, [rows, hidden].
  virtual void HiddenFromFeatures(std::span<const float> features, std::span<float> hidden) = 0;
  // One step's rows before its layer.
  struct StepRows {
    int64_t num_rows = 0;
    std::span<const float> hidden;  // [num_rows, hidden]
    std::span<const float> pairs;   // [num_rows, 2 hidden]: norm of the embedding, norm of hidden
    std::span<float> x;             // [num_rows, hidden], to fill: what the layer adds to
  };
  // Fills x; returns what q, k and v are products of, or null for the norm of x.
  virtual const float* EnterLayer(const StepRows& rows) = 0;
  // The matrix before the layer: read once per committed pass (Eagle3) or per step (MTP).
  virtual const PackedMatrix& input_matrix() const = 0;
  virtual bool input_matrix_per_step() const = 0;

  ThreadPool& pool() { return *pool_; }
  GemmScratch& gemm_scratch() { return scratch_.gemm; }

 private:
  // hidden_ and tokens_ hold `num_rows` rows of `sequences`; x_ becomes the layer's output.
  void RunRows(std::span<const AttentionSequence> sequences);
  void Step(std::span<const DraftRequest> requests, std::span<const size_t> active,
            std::span<const DraftBlock> blocks);
  void ComputeLogits(std::span<const size_t> active);
  std::vector<DraftBlock> DraftBlocks(std::span<const DraftRequest> requests,
                                      std::span<const int32_t> forced, Recording* recording);

  std::shared_ptr<const RecurrentWeights> weights_;
  ThreadPool* pool_;
  RopeTable rope_;
  KvSlots kv_;
  std::vector<int32_t> cached_;  // per slot: committed positions stored
  std::vector<float> state_;     // [slots, hidden]
  LayerScratch scratch_;
  std::vector<int32_t> tokens_;  // per row: what is embedded
  std::vector<float> features_, hidden_, embedded_, pairs_, x_;
  std::vector<float> block_states_;  // [requests, hidden]
  std::vector<float> normed_, logits_;
};

}  // namespace dsb
