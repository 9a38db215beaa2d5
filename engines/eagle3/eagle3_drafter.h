// The Eagle3 drafter (drafters.md 3): the state is the fused feature of the target for committed
// tokens and the layer's own output for drafted ones; attention reads the normed embedding beside
// the normed state. One thread.
#pragma once

#include <memory>
#include <string>

#include "engines/eagle3/eagle3_weights.h"
#include "engines/recurrent/recurrent_drafter.h"

namespace dsb {

class Eagle3Drafter : public RecurrentDrafter {
 public:
  // `context_tokens` positions per slot, the block's own rows included.
  Eagle3Drafter(std::shared_ptr<const Eagle3Weights> weights, int32_t num_slots,
                int32_t context_tokens, ThreadPool& pool)
      : RecurrentDrafter(weights, num_slots, context_tokens, pool), weights_(std::move(weights)) {}

  std::string Name() const override { return "eagle3"; }
  std::span<const int32_t> feature_layers() const override { return weights_->layers; }

 private:
  void HiddenFromFeatures(std::span<const float> features, std::span<float> hidden) override;
  const float* EnterLayer(const StepRows& rows) override;
  const PackedMatrix& input_matrix() const override { return weights_->feature_projection; }
  bool input_matrix_per_step() const override { return false; }

  std::shared_ptr<const Eagle3Weights> weights_;
};

}  // namespace dsb
