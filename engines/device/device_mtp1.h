// The multi-token-prediction head on the device: the twin of engines/mtp1/mtp1_drafter.h.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "engines/device/device_recurrent.h"
#include "engines/drafter.h"
#include "engines/mtp1/mtp1_weights.h"

namespace dsb {

class DeviceMtp1 : public DeviceRecurrent {
 public:
  DeviceMtp1(std::shared_ptr<const Mtp1Weights> weights, std::shared_ptr<const DeviceTarget> target)
      : DeviceRecurrent(weights, std::move(target)), weights_(std::move(weights)) {}
  std::string Name() const override { return "mtp1"; }
  std::span<const int32_t> feature_layers() const override { return kFeatures; }
  int64_t bytes_per_draft() const override {
    return weights_->bytes_per_draft(input_weights(), true);
  }
  int64_t flops_per_draft() const override {
    return weights_->flops_per_draft(input_weights(), true);
  }

 private:
  static constexpr std::array<int32_t, 1> kFeatures = {kFinalNormFeature};

  const PackedMatrix& input_weights() const override { return weights_->combination; }
  const float* HiddenFromFeatures(const float* features, int64_t num_rows, float* output,
                                  cuda::Stream stream) override;
  const float* EnterLayer(const StepRows& rows, cuda::Stream stream) override;

  std::shared_ptr<const Mtp1Weights> weights_;
};

}  // namespace dsb
