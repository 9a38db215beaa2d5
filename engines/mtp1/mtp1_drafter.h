// The multi-token-prediction head as a drafter (drafters.md 4.2): z = eh_proj [enorm(embedding of
// token i+1) ; hnorm(h_i)] through one target-shaped layer with its own cache; h_i is the target's
// state after its final norm. No row is zeroed at position 0. One thread.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "engines/mtp1/mtp1_weights.h"
#include "engines/recurrent/recurrent_drafter.h"

namespace dsb {

class Mtp1Drafter : public RecurrentDrafter {
 public:
  // `context_tokens` positions per slot, the block's own rows included.
  Mtp1Drafter(std::shared_ptr<const Mtp1Weights> weights, int32_t num_slots, int32_t context_tokens,
              ThreadPool& pool)
      : RecurrentDrafter(weights, num_slots, context_tokens, pool), weights_(std::move(weights)) {}

  std::string Name() const override { return "mtp1"; }
  std::span<const int32_t> feature_layers() const override { return kFeatures; }

 private:
  static constexpr std::array<int32_t, 1> kFeatures = {kFinalNormFeature};

  void HiddenFromFeatures(std::span<const float> features, std::span<float> hidden) override;
  const float* EnterLayer(const StepRows& rows) override;
  const PackedMatrix& input_matrix() const override { return weights_->combination; }
  bool input_matrix_per_step() const override { return true; }

  std::shared_ptr<const Mtp1Weights> weights_;
};

}  // namespace dsb
