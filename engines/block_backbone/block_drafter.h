// The parallel backbone that DSpark and DFlash share (drafters.md 1.3, paper eq. 2 and 3): context
// keys and values from target features, one pass in both directions over the anchor and its masks,
// base logits. How tokens are chosen from these is the derived drafter's. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "engines/block_backbone/block_weights.h"
#include "engines/drafter.h"
#include "engines/transformer/kv_slots.h"

namespace dsb {

class BlockDrafter : public Drafter {
 public:
  int32_t draft_length() const override { return backbone_->config.draft_length(); }
  std::span<const int32_t> feature_layers() const override {
    return backbone_->config.target_layers;
  }
  std::span<const int32_t> target_ids() const override { return backbone_->target_ids; }

  void Begin(int32_t slot) override;
  void Advance(std::span<const CommittedRows> committed) override;
  std::vector<DraftBlock> Draft(std::span<const DraftRequest> requests) override;
  // Drafts with given tokens instead of chosen ones: the logits along that path. For fixtures.
  std::vector<DraftBlock> DraftForced(const DraftRequest& request, std::span<const int32_t> tokens);

  // Intermediate results of the last calls, for the fixtures.
  // c of the last Advance, [rows, hidden].
  std::span<const float> context_rows() const { return context_; }
  // [requests * block_rows, hidden], after the final norm.
  std::span<const float> block_hidden() const { return hidden_; }
  // [wanted tokens of all requests, draft vocabulary]; with what the drafter added.
  std::span<const float> draft_logits() const { return logits_; }
  KvLayer Cache(int64_t layer, int32_t slot) const { return kv_.Layer(layer, slot); }
  int32_t cached(int32_t slot) const { return cached_[static_cast<size_t>(slot)]; }

 protected:
  // `backbone` lives as long as the drafter. `context_tokens` positions per slot, the block's own
  // rows included.
  BlockDrafter(std::shared_ptr<const BlockWeights> backbone, int32_t num_slots,
               int32_t context_tokens, ThreadPool& pool);

  // Fills one block per request from the base logits. `forced`, if not empty, replaces the chosen
  // tokens of the only request.
  virtual std::vector<DraftBlock> ChooseTokens(std::span<const DraftRequest> requests,
                                               std::span<const int32_t> forced) = 0;

  const BlockConfig& config() const { return backbone_->config; }
  ThreadPool& pool() const { return *pool_; }
  GemmScratch& gemm_scratch() { return scratch_.gemm; }
  // Of draft token k (0, 1, ...) of request i in the last block pass.
  std::span<const float> HiddenRow(size_t i, int32_t k) const;
  std::span<float> LogitRow(size_t i, int32_t k);

 private:
  void StoreContextKeys(std::span<const CommittedRows> committed);
  void RunBackbone(std::span<const DraftRequest> requests);
  std::vector<AttentionSequence> FillBlocks(std::span<const DraftRequest> requests);
  void BaseLogits(std::span<const DraftRequest> requests);

  std::shared_ptr<const BlockWeights> backbone_;
  ThreadPool* pool_;
  RopeTable rope_;
  KvSlots kv_;
  std::vector<int32_t> cached_;  // per slot: context positions stored
  LayerScratch scratch_;
  std::vector<float> features_, context_, context_kv_, x_, hidden_, head_input_, logits_;
  std::vector<int32_t> positions_;
  std::vector<int64_t> first_logit_row_;  // per request
};

}  // namespace dsb
