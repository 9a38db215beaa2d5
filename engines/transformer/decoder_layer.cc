#include "engines/transformer/decoder_layer.h"

#include <algorithm>
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
  // The vectors to normalise lie on a grid of rows and heads: few long calls along its longer side.
  const bool along_rows = num_rows > num_heads;
  const int64_t inner_step = along_rows ? stride : head_dim;
  const int64_t outer_step = along_rows ? head_dim : stride;
  for (int64_t call = 0; call < std::min(num_rows, num_heads); ++call) {
    float* first = rows + call * outer_step;
    RmsNorm({.input = first,
             .input_stride = inner_step,
             .weight = weight.data(),
             .output = first,
             .output_stride = inner_step,
             .num_rows = std::max(num_rows, num_heads),
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
  const float* input = call.attention_input;
  if (input == nullptr) {
    NormRows(call, layer.attention_norm, scratch.normed.data(), pool);
    input = scratch.normed.data();
  }
  Gemm({.weights = &layer.qkv,
        .input = input,
        .input_stride = layer.qkv.cols(),
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
