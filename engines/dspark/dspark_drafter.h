// The DSpark drafter (drafters.md 1): a parallel backbone over the block, the sequential Markov
// head that samples it left to right (paper eq. 4-6), and the confidence head (eq. 7). One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "engines/drafter.h"
#include "engines/dspark/dspark_weights.h"
#include "engines/transformer/kv_slots.h"

namespace dsb {

class DSparkDrafter : public Drafter {
 public:
  // `context_tokens` positions per slot, the block's own rows included.
  DSparkDrafter(std::shared_ptr<const DSparkWeights> weights, int32_t num_slots,
                int32_t context_tokens, ThreadPool& pool);

  std::string Name() const override { return "dspark"; }
  int32_t draft_length() const override { return weights_->config.block_size; }
  std::span<const int32_t> feature_layers() const override {
    return weights_->config.target_layers;
  }
  bool has_confidence() const override { return weights_->config.confidence_head; }
  std::span<const int32_t> target_ids() const override { return weights_->target_ids; }

  void Begin(int32_t slot) override;
  void Advance(int32_t slot, int32_t first_position, const FeatureRows& features) override;
  std::vector<DraftBlock> Draft(std::span<const DraftRequest> requests) override;
  void Confidence(std::span<const DraftRequest> requests, std::span<DraftBlock> blocks) override;

  int64_t bytes_per_draft() const override;
  int64_t flops_per_draft() const override;

  // Intermediate results of the last calls, for the fixtures.
  std::span<const float> context_rows() const {
    return context_;
  }  // c of the last Advance, [rows, hidden]
  std::span<const float> block_hidden() const {
    return hidden_;
  }  // [requests * block, hidden], after the final norm
  std::span<const float> draft_logits() const {
    return logits_;
  }  // [drafted tokens of all requests, draft vocabulary]
  KvLayer Cache(int64_t layer, int32_t slot) const { return kv_.Layer(layer, slot); }
  int32_t cached(int32_t slot) const { return cached_[static_cast<size_t>(slot)]; }
  // Drafts with given tokens instead of chosen ones: the logits along that path. For fixtures.
  std::vector<DraftBlock> DraftForced(const DraftRequest& request, std::span<const int32_t> tokens);

 private:
  void RunBackbone(std::span<const DraftRequest> requests);
  void BaseLogits(std::span<const DraftRequest> requests);
  void AddMarkovBias(const std::vector<size_t>& active, std::span<const DraftRequest> requests,
                     std::span<const DraftBlock> blocks, int32_t k);
  void Choose(const DraftRequest& request, std::span<const float> logits, int32_t k,
              DraftBlock& block) const;
  std::vector<DraftBlock> Sequential(std::span<const DraftRequest> requests,
                                     std::span<const int32_t> forced);
  int32_t TargetId(int32_t draft_index) const;

  std::shared_ptr<const DSparkWeights> weights_;
  ThreadPool* pool_;
  RopeTable rope_;
  KvSlots kv_;
  std::vector<int32_t> cached_;  // per slot: context positions stored
  LayerScratch scratch_;
  std::vector<float> context_, context_kv_, x_, hidden_, head_input_, logits_, markov_input_, bias_;
  std::vector<int64_t> first_logit_row_;  // per request
};

}  // namespace dsb
