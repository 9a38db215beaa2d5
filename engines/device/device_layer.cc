#include "engines/device/device_layer.h"

#include <cmath>

#include "kernels/cuda/attention/attention.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/markov/prepare_heads.h"
#include "kernels/cuda/rows/rms_norm.h"
#include "kernels/cuda/rows/silu_mul.h"

namespace dsb {
namespace {

void AttentionHalf(const DeviceLayerCall& call, const DeviceLayerScratch& scratch,
                   cuda::Stream stream) {
  const LayerShape& shape = *call.shape;
  const DeviceLayer& layer = *call.layer;
  const int64_t width = shape.qkv_width();
  const float* input = call.attention_input;
  if (input == nullptr) {
    NormRows({.input = call.x,
              .input_stride = shape.hidden,
              .weight = layer.attention_norm,
              .output = scratch.normed,
              .output_stride = shape.hidden,
              .num_rows = call.num_rows,
              .shape = &shape},
             stream);
    input = scratch.normed;
  }
  cuda::Gemm({.weights = layer.qkv,
              .input = input,
              .input_stride = layer.qkv.cols,
              .output = scratch.qkv,
              .output_stride = width,
              .num_rows = call.num_rows},
             stream);
  cuda::PrepareHeads({.rows = scratch.qkv,
                      .stride = width,
                      .info = call.info,
                      .num_rows = call.num_rows,
                      .num_heads = shape.num_heads,
                      .cache = call.cache,
                      .q_norm = layer.q_norm,
                      .k_norm = layer.k_norm,
                      .epsilon = shape.norm_epsilon,
                      .table = call.rope},
                     stream);
  cuda::Attention({.queries = scratch.qkv,
                   .query_stride = width,
                   .output = scratch.attention,
                   .output_stride = shape.query_width(),
                   .cache = call.cache,
                   .info = call.info,
                   .num_rows = call.num_rows,
                   .num_heads = shape.num_heads,
                   .scale = 1.0f / std::sqrt(static_cast<float>(shape.head_dim)),
                   .workspace = scratch.workspace},
                  stream);
  cuda::Gemm({.weights = layer.attention_output,
              .input = scratch.attention,
              .input_stride = shape.query_width(),
              .output = call.x,
              .output_stride = shape.hidden,
              .num_rows = call.num_rows,
              .accumulate = true},
             stream);
}

void MlpHalf(const DeviceLayerCall& call, const DeviceLayerScratch& scratch, cuda::Stream stream) {
  const LayerShape& shape = *call.shape;
  NormRows({.input = call.x,
            .input_stride = shape.hidden,
            .weight = call.layer->mlp_norm,
            .output = scratch.normed,
            .output_stride = shape.hidden,
            .num_rows = call.num_rows,
            .shape = &shape},
           stream);
  cuda::Gemm({.weights = call.layer->gate_up,
              .input = scratch.normed,
              .input_stride = shape.hidden,
              .output = scratch.gate_up,
              .output_stride = 2 * shape.mlp,
              .num_rows = call.num_rows},
             stream);
  cuda::SiluMul({.gate_up = scratch.gate_up,
                 .input_stride = 2 * shape.mlp,
                 .output = scratch.mlp,
                 .output_stride = shape.mlp,
                 .num_rows = call.num_rows,
                 .size = shape.mlp},
                stream);
  cuda::Gemm({.weights = call.layer->down,
              .input = scratch.mlp,
              .input_stride = shape.mlp,
              .output = call.x,
              .output_stride = shape.hidden,
              .num_rows = call.num_rows,
              .accumulate = true},
             stream);
}

}  // namespace

void RunDeviceLayer(const DeviceLayerCall& call, const DeviceLayerScratch& scratch,
                    cuda::Stream stream) {
  AttentionHalf(call, scratch, stream);
  MlpHalf(call, scratch, stream);
}

void NormRows(const NormCall& call, cuda::Stream stream) {
  cuda::RmsNorm({.input = call.input,
                 .input_stride = call.input_stride,
                 .weight = call.weight,
                 .output = call.output,
                 .output_stride = call.output_stride,
                 .num_rows = call.num_rows,
                 .size = call.shape->hidden,
                 .epsilon = call.shape->norm_epsilon},
                stream);
}

}  // namespace dsb
