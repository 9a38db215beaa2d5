// What the layers of device_layer.h keep on the device.
#include <algorithm>
#include <cstring>

#include "engines/device/device_layer.h"
#include "kernels/cuda/attention/attention.h"
#include "kernels/cuda/rows/embedding.h"

namespace dsb {

void PlanLayer(const DecoderLayer& layer, DeviceLayer& device, DevicePlan& plan) {
  plan.AddCopy<float>(device.attention_norm, layer.attention_norm);
  plan.AddMatrix(device.qkv, layer.qkv);
  if (!layer.q_norm.empty()) plan.AddCopy<float>(device.q_norm, layer.q_norm);
  if (!layer.k_norm.empty()) plan.AddCopy<float>(device.k_norm, layer.k_norm);
  plan.AddMatrix(device.attention_output, layer.attention_output);
  plan.AddCopy<float>(device.mlp_norm, layer.mlp_norm);
  plan.AddMatrix(device.gate_up, layer.gate_up);
  plan.AddMatrix(device.down, layer.down);
}

void PlanTable(const Embedding& embedding, DeviceTable& device, DevicePlan& plan) {
  device.rows = embedding.rows();
  device.cols = embedding.cols();
  const auto cols = static_cast<size_t>(device.cols);
  if (embedding.table().type == TensorType::kBf16) {
    plan.AddFilled<uint16_t>(
        device.bf16, device.rows * device.cols, [&embedding](std::span<uint16_t> host) {
          std::memcpy(host.data(), embedding.table().bytes.data(), host.size_bytes());
        });
    return;
  }
  plan.AddFilled<float>(device.f32, device.rows * device.cols,
                        [&embedding, cols](std::span<float> host) {
                          for (int64_t row = 0; row < embedding.rows(); ++row) {
                            embedding.Lookup(static_cast<int32_t>(row),
                                             host.subspan(static_cast<size_t>(row) * cols, cols));
                          }
                        });
}

void LookupRows(const LookupCall& call, cuda::Stream stream) {
  cuda::Embedding({.table_f32 = call.table->f32,
                   .table_bf16 = call.table->bf16,
                   .vocab = call.table->rows,
                   .size = call.table->cols,
                   .tokens = call.tokens,
                   .mask_row = call.mask_row,
                   .output = call.output,
                   .output_stride = call.table->cols,
                   .num_rows = call.num_rows},
                  stream);
}

void PlanKv(const DeviceKvShape& kv, const LayerShape& shape, std::vector<cuda::KvCache>& caches,
            DevicePlan& plan) {
  constexpr int64_t kMultiple = cuda::kKvCapacityMultiple;
  const int64_t capacity = (kv.context_tokens + kMultiple - 1) / kMultiple * kMultiple;
  caches.assign(static_cast<size_t>(kv.num_layers), {.keys = nullptr,
                                                     .values = nullptr,
                                                     .capacity = capacity,
                                                     .num_kv_heads = shape.num_kv_heads,
                                                     .head_dim = shape.head_dim,
                                                     .num_slots = kv.num_slots});
  const int64_t floats =
      cuda::KvPlaneFloats(kv.num_slots, shape.num_kv_heads, capacity, shape.head_dim);
  for (cuda::KvCache& cache : caches) {
    plan.Add(cache.keys, floats, DevicePlan::Kind::kCaches);
    plan.Add(cache.values, floats, DevicePlan::Kind::kCaches);
  }
}

void PlanLayerScratch(const LayerShape& shape, int64_t max_rows, int64_t capacity,
                      DeviceLayerScratch& scratch, DevicePlan& plan) {
  plan.Add(scratch.normed, max_rows * shape.hidden);
  plan.Add(scratch.qkv, max_rows * shape.qkv_width());
  plan.Add(scratch.attention, max_rows * shape.query_width());
  plan.Add(scratch.gate_up, max_rows * 2 * shape.mlp);
  plan.Add(scratch.mlp, max_rows * shape.mlp);
  plan.Add(scratch.workspace,
           std::max<int64_t>(1, cuda::AttentionWorkspaceFloats(max_rows, shape.num_heads,
                                                               shape.head_dim, capacity)));
}

}  // namespace dsb
