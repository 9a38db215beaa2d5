#include "engines/transformer/decoder_layer.h"

#include <cmath>

#include "kernels/rms_norm.h"
#include "kernels/silu_mul.h"

namespace dsb {
namespace {

// Per-head norm over head_dim. A row's heads are contiguous, the rows are `stride` apart.
void NormHeads(float* rows, int64_t stride, int64_t num_rows, int64_t num_heads,
               std::span<const float> weight, float epsilon, ThreadPool& pool) {
  if (weight.empty()) return;
  const auto head_dim = static_cast<int64_t>(weight.size());
  for (int64_t row = 0; row < num_rows; ++row) {
    float* heads = rows + row * stride;
    RmsNorm({.input = heads,
             .input_stride = head_dim,
             .weight = weight.data(),
             .output = heads,
             .output_stride = head_dim,
             .num_rows = num_heads,
             .size = head_dim,
             .epsilon = epsilon},
            pool);
  }
}

void NormRows(const LayerCall& call, std::span<const float> weight, float* output,
              ThreadPool& pool) {
  RmsNorm({.input = call.x,
           .input_stride = call.shape->hidden,
           .weight = weight.data(),
           .output = output,
           .output_stride = call.shape->hidden,
           .num_rows = call.num_rows,
           .size = call.shape->hidden,
           .epsilon = call.shape->norm_epsilon},
          pool);
}

void Grow(std::vector<float>& buffer, int64_t size) {
  if (static_cast<int64_t>(buffer.size()) < size) buffer.resize(static_cast<size_t>(size));
}

void AttentionHalf(const LayerCall& call, LayerScratch& scratch, ThreadPool& pool) {
  const LayerShape& shape = *call.shape;
  const DecoderLayer& layer = *call.layer;
  const int64_t width = shape.qkv_width();
  NormRows(call, layer.attention_norm, scratch.normed.data(), pool);
  Gemm({.weights = &layer.qkv,
        .input = scratch.normed.data(),
        .input_stride = shape.hidden,
        .output = scratch.qkv.data(),
        .output_stride = width,
        .num_rows = call.num_rows},
       scratch.gemm, pool);
  float* queries = scratch.qkv.data();
  NormHeads(queries, width, call.num_rows, shape.num_heads, layer.q_norm, shape.norm_epsilon, pool);
  Rope({.rows = queries,
        .stride = width,
        .positions = call.positions,
        .num_rows = call.num_rows,
        .num_heads = shape.num_heads,
        .table = call.rope},
       pool);
  NormRotateStoreKeys({.keys = queries + shape.query_width(),
                       .values = queries + shape.query_width() + shape.kv_width(),
                       .stride = width,
                       .positions = call.positions,
                       .num_rows = call.num_rows,
                       .shape = &shape,
                       .k_norm = layer.k_norm,
                       .rope = call.rope,
                       .sequences = call.sequences},
                      pool);
  Attention({.queries = queries,
             .query_stride = width,
             .output = scratch.attention.data(),
             .output_stride = shape.query_width(),
             .sequences = call.sequences,
             .num_heads = shape.num_heads,
             .scale = 1.0f / std::sqrt(static_cast<float>(shape.head_dim))},
            scratch.gemm, pool);
  Gemm({.weights = &layer.attention_output,
        .input = scratch.attention.data(),
        .input_stride = shape.query_width(),
        .output = call.x,
        .output_stride = shape.hidden,
        .num_rows = call.num_rows,
        .accumulate = true},
       scratch.gemm, pool);
}

void MlpHalf(const LayerCall& call, LayerScratch& scratch, ThreadPool& pool) {
  const LayerShape& shape = *call.shape;
  NormRows(call, call.layer->mlp_norm, scratch.normed.data(), pool);
  Gemm({.weights = &call.layer->gate_up,
        .input = scratch.normed.data(),
        .input_stride = shape.hidden,
        .output = scratch.gate_up.data(),
        .output_stride = 2 * shape.mlp,
        .num_rows = call.num_rows},
       scratch.gemm, pool);
  SiluMul({.gate_up = scratch.gate_up.data(),
           .input_stride = 2 * shape.mlp,
           .output = scratch.mlp.data(),
           .output_stride = shape.mlp,
           .num_rows = call.num_rows,
           .size = shape.mlp},
          pool);
  Gemm({.weights = &call.layer->down,
        .input = scratch.mlp.data(),
        .input_stride = shape.mlp,
        .output = call.x,
        .output_stride = shape.hidden,
        .num_rows = call.num_rows,
        .accumulate = true},
       scratch.gemm, pool);
}

}  // namespace

int64_t DecoderLayer::weight_bytes() const {
  return qkv.bytes() + attention_output.bytes() + gate_up.bytes() + down.bytes();
}

int64_t DecoderLayer::multiply_adds() const {
  return qkv.multiply_adds() + attention_output.multiply_adds() + gate_up.multiply_adds() +
         down.multiply_adds();
}

void NormRotateStoreKeys(const StoreKeysCall& call, ThreadPool& pool) {
  const LayerShape& shape = *call.shape;
  NormHeads(call.keys, call.stride, call.num_rows, shape.num_kv_heads, call.k_norm,
            shape.norm_epsilon, pool);
  Rope({.rows = call.keys,
        .stride = call.stride,
        .positions = call.positions,
        .num_rows = call.num_rows,
        .num_heads = shape.num_kv_heads,
        .table = call.rope},
       pool);
  for (const AttentionSequence& sequence : call.sequences) {
    StoreKv({.layer = sequence.kv,
             .keys = call.keys + sequence.first_row * call.stride,
             .values = call.values + sequence.first_row * call.stride,
             .stride = call.stride,
             .first_position = sequence.first_position,
             .num_rows = sequence.num_rows});
  }
}

void RunDecoderLayer(const LayerCall& call, LayerScratch& scratch, ThreadPool& pool) {
  const LayerShape& shape = *call.shape;
  Grow(scratch.normed, call.num_rows * shape.hidden);
  Grow(scratch.qkv, call.num_rows * shape.qkv_width());
  Grow(scratch.attention, call.num_rows * shape.query_width());
  Grow(scratch.gate_up, call.num_rows * 2 * shape.mlp);
  Grow(scratch.mlp, call.num_rows * shape.mlp);
  AttentionHalf(call, scratch, pool);
  MlpHalf(call, scratch, pool);
}

}  // namespace dsb
