// A loaded target's weights on the device, uploaded once and shared by the engines of all arms.
// Immutable; nothing of a sequence in here (device_runner.h).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engines/device/device_layer.h"
#include "engines/target_model/target_model.h"
#include "kernels/cuda/common/device_memory.h"

namespace dsb {

class DeviceTarget {
 public:
  // kResource naming the bytes needed and free if the device is too small.
  static std::shared_ptr<const DeviceTarget> Upload(std::shared_ptr<const TargetModel> model);

  const std::shared_ptr<const TargetModel>& model() const { return model_; }
  const std::vector<DeviceLayer>& layers() const { return layers_; }
  const float* final_norm() const { return final_norm_; }
  const cuda::DeviceMatrix& head() const { return head_; }
  const DeviceTable& embedding() const { return embedding_; }
  const float* rope() const { return rope_; }
  // Bytes that one pass over all matrices reads, the head once.
  int64_t weight_bytes_per_pass() const { return weight_bytes_per_pass_; }

 private:
  std::shared_ptr<const TargetModel> model_;
  std::vector<DeviceLayer> layers_;
  const float* final_norm_ = nullptr;
  cuda::DeviceMatrix head_;
  DeviceTable embedding_;
  const float* rope_ = nullptr;
  int64_t weight_bytes_per_pass_ = 0;
  cuda::DeviceBuffer<std::byte> memory_;
};

}  // namespace dsb
