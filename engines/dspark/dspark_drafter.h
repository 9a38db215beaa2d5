// The DSpark drafter (drafters.md 1): the parallel backbone over the block, the sequential Markov
// head that samples it left to right (paper eq. 4-6), and the confidence head (eq. 7). One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engines/block_backbone/block_drafter.h"
#include "engines/dspark/dspark_weights.h"

namespace dsb {

class DSparkDrafter : public BlockDrafter {
 public:
  // `context_tokens` positions per slot, the block's own rows included.
  DSparkDrafter(std::shared_ptr<const DSparkWeights> weights, int32_t num_slots,
                int32_t context_tokens, ThreadPool& pool);
  std::string Name() const override { return "dspark"; }
  bool has_confidence() const override { return weights_->config.confidence_head; }
  void Confidence(std::span<const DraftRequest> requests, std::span<DraftBlock> blocks) override;
  int64_t bytes_per_draft() const override { return weights_->bytes_per_draft(); }
  int64_t flops_per_draft() const override { return weights_->flops_per_draft(); }

  // [requests, rank] after the last Draft, for the fixtures; empty without the rnn head.
  std::span<const float> recurrent_states() const { return states_; }

 protected:
  std::vector<DraftBlock> ChooseTokens(std::span<const DraftRequest> requests,
                                       std::span<const int32_t> forced) override;

 private:
  void AddMarkovBias(const std::vector<size_t>& active, std::span<const DraftRequest> requests,
                     std::span<const DraftBlock> blocks, int32_t k);
  float ConfidenceOf(std::span<const float> hidden, int32_t previous);

  std::shared_ptr<const DSparkWeights> weights_;
  std::vector<float> markov_input_, states_, bias_, previous_row_;
};

}  // namespace dsb
