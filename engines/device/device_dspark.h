// The DSpark drafter on the device: the backbone, the Markov head's whole block in one launch, the
// confidence head. The twin of engines/dspark/dspark_drafter.h.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engines/device/device_block_drafter.h"
#include "engines/dspark/dspark_weights.h"
#include "kernels/cuda/markov/markov.h"

namespace dsb {

class DeviceDSpark : public DeviceBlockDrafter {
 public:
  DeviceDSpark(std::shared_ptr<const DSparkWeights> weights,
               std::shared_ptr<const DeviceTarget> target);

  std::string Name() const override { return "dspark"; }
  bool has_confidence() const override { return weights_->config.confidence_head; }
  int64_t bytes_per_draft() const override { return weights_->bytes_per_draft(); }
  int64_t flops_per_draft() const override { return weights_->flops_per_draft(); }
  void Plan(const DeviceDrafterSizes& sizes, DevicePlan& plan) override;
  void Confidence(const DeviceDraftCall& call, cuda::Stream stream) override;

 protected:
  void ChooseTokens(const DeviceDraftCall& call, cuda::Stream stream) override;

 private:
  void PlanMarkov(DevicePlan& plan);

  std::shared_ptr<const DSparkWeights> weights_;
  cuda::MarkovWeights markov_;
  std::byte* workspace_ = nullptr;
  const float* confidence_weight_ = nullptr;
};

}  // namespace dsb
