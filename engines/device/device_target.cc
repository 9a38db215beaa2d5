#include "engines/device/device_target.h"

#include <utility>

namespace dsb {

std::shared_ptr<const DeviceTarget> DeviceTarget::Upload(std::shared_ptr<const TargetModel> model) {
  auto target = std::make_shared<DeviceTarget>();
  target->model_ = std::move(model);
  const TargetModel& loaded = *target->model_;
  DevicePlan plan;
  target->layers_.resize(loaded.layers().size());
  for (size_t i = 0; i < target->layers_.size(); ++i) {
    const DecoderLayer& layer = loaded.layers()[i];
    PlanLayer(layer, target->layers_[i], plan);
    for (const PackedMatrix* matrix :
         {&layer.qkv, &layer.attention_output, &layer.gate_up, &layer.down}) {
      target->weight_bytes_per_pass_ += cuda::DeviceMatrixBytes(*matrix);
    }
  }
  plan.AddCopy<float>(target->final_norm_, loaded.final_norm());
  plan.AddMatrix(target->head_, loaded.head());
  target->weight_bytes_per_pass_ += cuda::DeviceMatrixBytes(loaded.head());
  PlanTable(loaded.embedding(), target->embedding_, plan);
  const RopeTable& rope = loaded.rope();
  plan.AddCopy<float>(target->rope_, {rope.cosines(0),
                                      static_cast<size_t>(rope.max_positions() * rope.head_dim())});
  target->memory_ = plan.Allocate("the target's weights", nullptr);
  return target;
}

}  // namespace dsb
