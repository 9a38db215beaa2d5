// The Eagle3 drafter on the device: the twin of engines/eagle3/eagle3_drafter.h.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engines/device/device_recurrent.h"
#include "engines/eagle3/eagle3_weights.h"

namespace dsb {

class DeviceEagle3 : public DeviceRecurrent {
 public:
  DeviceEagle3(std::shared_ptr<const Eagle3Weights> weights,
               std::shared_ptr<const DeviceTarget> target)
      : DeviceRecurrent(weights, std::move(target)), weights_(std::move(weights)) {}
  std::string Name() const override { return "eagle3"; }
  std::span<const int32_t> feature_layers() const override { return weights_->layers; }
  int64_t bytes_per_draft() const override {
    return weights_->bytes_per_draft(input_weights(), false);
  }
  int64_t flops_per_draft() const override {
    return weights_->flops_per_draft(input_weights(), false);
  }

 private:
  const PackedMatrix& input_weights() const override { return weights_->feature_projection; }
  const float* HiddenFromFeatures(const float* features, int64_t num_rows, float* output,
                                  cuda::Stream stream) override;
  const float* EnterLayer(const StepRows& rows, cuda::Stream stream) override;

  std::shared_ptr<const Eagle3Weights> weights_;
};

}  // namespace dsb
