// The DFlash drafter on the device: the backbone, and every token from its own row's law. The twin
// of engines/dflash/dflash_drafter.h.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engines/device/device_block_drafter.h"
#include "engines/dflash/dflash_drafter.h"
#include "kernels/cuda/sampling/sampling.h"

namespace dsb {

class DeviceDFlash : public DeviceBlockDrafter {
 public:
  DeviceDFlash(std::shared_ptr<const BlockWeights> weights,
               std::shared_ptr<const DeviceTarget> target)
      : DeviceBlockDrafter(weights, std::move(target)), weights_(std::move(weights)) {}

  std::string Name() const override { return "dflash"; }
  int64_t bytes_per_draft() const override { return weights_->bytes_per_draft(); }
  int64_t flops_per_draft() const override { return DFlashFlopsPerDraft(*weights_); }

 protected:
  void ChooseTokens(const DeviceDraftCall& call, cuda::Stream stream) override {
    cuda::ChooseDrafts({.drafts = call.drafts,
                        .requests = call.requests,
                        .first_offset = 0,
                        .num_offsets = call.drafts.block},
                       stream);
  }

 private:
  std::shared_ptr<const BlockWeights> weights_;
};

}  // namespace dsb
