// The DFlash drafter (drafters.md 2): DSpark's backbone, and every token drawn from its own row's
// law, independent of the others. Reads both layouts: DeepSpec's (a DSpark model of Markov rank 0)
// and the original one (gamma + 1 rows, the target's embedding and head). One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engines/block_backbone/block_drafter.h"

namespace dsb {

// kBadInput for a drafter of another target or a damaged checkpoint, as BlockWeights::Load.
std::shared_ptr<const BlockWeights> LoadDFlashWeights(ModelFolder& folder,
                                                      std::shared_ptr<const TargetModel> target,
                                                      const std::string& target_sha256,
                                                      WeightMode mode);

// The keys of config.json, by its layout.
ConfigKeys DFlashKeys(BlockLayout layout);

int64_t DFlashFlopsPerDraft(const BlockWeights& weights);

class DFlashDrafter : public BlockDrafter {
 public:
  DFlashDrafter(std::shared_ptr<const BlockWeights> weights, int32_t num_slots,
                int32_t context_tokens, ThreadPool& pool);
  std::string Name() const override { return "dflash"; }
  bool has_confidence() const override { return false; }
  void Confidence(std::span<const DraftRequest> requests, std::span<DraftBlock> blocks) override;
  int64_t bytes_per_draft() const override { return weights_->bytes_per_draft(); }
  int64_t flops_per_draft() const override { return DFlashFlopsPerDraft(*weights_); }

 protected:
  std::vector<DraftBlock> ChooseTokens(std::span<const DraftRequest> requests,
                                       std::span<const int32_t> forced) override;

 private:
  std::shared_ptr<const BlockWeights> weights_;
};

}  // namespace dsb
