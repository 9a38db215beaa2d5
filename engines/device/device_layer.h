// One decoder layer on the device: the twin of engines/transformer/decoder_layer.h, made from a
// layer that is already loaded. Weights, key/value memory and working rows are planned here and
// launched here; no allocation after set-up.
#pragma once

#include <cstdint>
#include <vector>

#include "engines/device/device_plan.h"
#include "engines/transformer/decoder_layer.h"
#include "engines/transformer/embedding.h"
#include "kernels/cuda/common/kv_cache.h"
#include "kernels/cuda/common/row_info.h"

namespace dsb {

struct DeviceLayer {
  const float* attention_norm = nullptr;
  cuda::DeviceMatrix qkv;
  const float* q_norm = nullptr;  // null: no q/k norm
  const float* k_norm = nullptr;
  cuda::DeviceMatrix attention_output;
  const float* mlp_norm = nullptr;
  cuda::DeviceMatrix gate_up;
  cuda::DeviceMatrix down;
};
// `layer` outlives the plan's Allocate, as everything below.
void PlanLayer(const DecoderLayer& layer, DeviceLayer& device, DevicePlan& plan);

// An embedding table: bf16 where it is stored so, else f32, which holds every stored form exactly.
struct DeviceTable {
  const float* f32 = nullptr;
  const uint16_t* bf16 = nullptr;
  int64_t rows = 0;
  int64_t cols = 0;
};
void PlanTable(const Embedding& embedding, DeviceTable& device, DevicePlan& plan);

// Rows of `table` for device tokens; tokens outside it take `mask_row`, or nothing if that is null.
struct LookupCall {
  const DeviceTable* table = nullptr;
  const int32_t* tokens = nullptr;  // [num_rows]
  const float* mask_row = nullptr;
  float* output = nullptr;  // [num_rows, cols]
  int64_t num_rows = 0;
};
void LookupRows(const LookupCall& call, cuda::Stream stream);

struct DeviceKvShape {
  int64_t num_layers = 0;
  int64_t num_slots = 0;
  int64_t context_tokens = 0;
};
// One cache a layer, for all slots.
void PlanKv(const DeviceKvShape& kv, const LayerShape& shape, std::vector<cuda::KvCache>& caches,
            DevicePlan& plan);

// Working rows of one pass of at most `max_rows` rows.
struct DeviceLayerScratch {
  float* normed = nullptr;
  float* qkv = nullptr;
  float* attention = nullptr;
  float* gate_up = nullptr;
  float* mlp = nullptr;
  float* workspace = nullptr;
};
void PlanLayerScratch(const LayerShape& shape, int64_t max_rows, int64_t capacity,
                      DeviceLayerScratch& scratch, DevicePlan& plan);

struct DeviceLayerCall {
  const DeviceLayer* layer = nullptr;
  const LayerShape* shape = nullptr;
  float* x = nullptr;  // [num_rows, hidden], in place
  // What q, k and v are products of, [num_rows, qkv.cols], in place of the norm of x.
  const float* attention_input = nullptr;
  const cuda::RowInfo* info = nullptr;  // [num_rows]
  int64_t num_rows = 0;
  const float* rope = nullptr;  // table
  cuda::KvCache cache;
};
void RunDeviceLayer(const DeviceLayerCall& call, const DeviceLayerScratch& scratch,
                    cuda::Stream stream);

// RMSNorm of [num_rows, size] rows, `input_stride` and `output_stride` floats apart.
struct NormCall {
  const float* input = nullptr;
  int64_t input_stride = 0;
  const float* weight = nullptr;
  float* output = nullptr;
  int64_t output_stride = 0;
  int64_t num_rows = 0;
  const LayerShape* shape = nullptr;  // size = hidden
};
void NormRows(const NormCall& call, cuda::Stream stream);

}  // namespace dsb
