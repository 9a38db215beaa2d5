#include "engines/transformer/weight_source.h"

#include <array>

#include "base/error.h"

namespace dsb {
namespace {

std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (const int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

}  // namespace

const StoredTensor& WeightSource::Get(const std::string& name,
                                      const std::vector<int64_t>& shape) const {
  MarkUsed(name);
  const StoredTensor* tensor = find_(name);
  if (tensor == nullptr) {
    ThrowBadInput(file_ + ": tensor " + name + " is missing, expected shape " + ShapeText(shape) +
                  sizes_.ReasonForLayer(name, false));
  }
  if (tensor->shape != shape) {
    ThrowBadInput(file_ + ": tensor " + name + " has shape " + ShapeText(tensor->shape) +
                  ", expected " + ShapeText(shape) + sizes_.ReasonFor(shape, tensor->shape));
  }
  return *tensor;
}

std::vector<float> WeightSource::Vector(const std::string& name, int64_t size) const {
  const StoredTensor& tensor = Get(name, {size});
  std::vector<float> values(static_cast<size_t>(size));
  if (size % Traits(tensor.type).block_size != 0) {
    ThrowBadInput(file_ + ": tensor " + name + ": expected float elements");
  }
  DequantizeRow(tensor.type, tensor.bytes.data(), values);
  return values;
}

void WeightSource::RefuseUnused(std::span<const std::string> names,
                                const std::string& model) const {
  for (const std::string& name : names) {
    if (used_->contains(name)) continue;
    ThrowBadInput(file_ + ": tensor " + name + " is not part of " + model +
                  ", expected none that could change the output" +
                  sizes_.ReasonForLayer(name, true));
  }
}

StoredRows AllRows(const StoredTensor& tensor) {
  return {.type = tensor.type,
          .data = tensor.bytes.data(),
          .rows = tensor.rows(),
          .cols = tensor.cols(),
          .order = {}};
}

LayerNames HuggingFaceLayerNames(const std::string& prefix) {
  return {.attention_norm = prefix + "input_layernorm.weight",
          .q = prefix + "self_attn.q_proj.weight",
          .k = prefix + "self_attn.k_proj.weight",
          .v = prefix + "self_attn.v_proj.weight",
          .q_norm = prefix + "self_attn.q_norm.weight",
          .k_norm = prefix + "self_attn.k_norm.weight",
          .attention_output = prefix + "self_attn.o_proj.weight",
          .mlp_norm = prefix + "post_attention_layernorm.weight",
          .gate = prefix + "mlp.gate_proj.weight",
          .up = prefix + "mlp.up_proj.weight",
          .down = prefix + "mlp.down_proj.weight"};
}

LayerNames GgufLayerNames(int64_t layer) {
  const std::string prefix = "blk." + std::to_string(layer) + ".";
  return {.attention_norm = prefix + "attn_norm.weight",
          .q = prefix + "attn_q.weight",
          .k = prefix + "attn_k.weight",
          .v = prefix + "attn_v.weight",
          .q_norm = prefix + "attn_q_norm.weight",
          .k_norm = prefix + "attn_k_norm.weight",
          .attention_output = prefix + "attn_output.weight",
          .mlp_norm = prefix + "ffn_norm.weight",
          .gate = prefix + "ffn_gate.weight",
          .up = prefix + "ffn_up.weight",
          .down = prefix + "ffn_down.weight"};
}

std::vector<int32_t> RotateHalfOrder(int64_t num_heads, int64_t head_dim) {
  std::vector<int32_t> order;
  for (int64_t head = 0; head < num_heads; ++head) {
    for (int64_t half = 0; half < 2; ++half) {
      for (int64_t i = 0; i < head_dim / 2; ++i) {
        order.push_back(static_cast<int32_t>(head * head_dim + 2 * i + half));
      }
    }
  }
  return order;
}

DecoderLayer LoadDecoderLayer(const LayerLoad& load, const LayerNames& names) {
  const WeightSource& source = *load.source;
  const LayerShape& shape = *load.shape;
  DecoderLayer layer;
  layer.attention_norm = source.Vector(names.attention_norm, shape.hidden);
  layer.mlp_norm = source.Vector(names.mlp_norm, shape.hidden);
  if (load.qk_norm) {
    layer.q_norm = source.Vector(names.q_norm, shape.head_dim);
    layer.k_norm = source.Vector(names.k_norm, shape.head_dim);
  }
  const int64_t inputs = load.attention_inputs == 0 ? shape.hidden : load.attention_inputs;
  StoredRows q = AllRows(source.Get(names.q, {shape.query_width(), inputs}));
  StoredRows k = AllRows(source.Get(names.k, {shape.kv_width(), inputs}));
  const StoredRows v = AllRows(source.Get(names.v, {shape.kv_width(), inputs}));
  std::vector<int32_t> q_order, k_order;
  if (load.neighbour_rope) {
    q_order = RotateHalfOrder(shape.num_heads, shape.head_dim);
    k_order = RotateHalfOrder(shape.num_kv_heads, shape.head_dim);
    q.order = q_order;
    k.order = k_order;
  }
  layer.qkv = PackedMatrix::Pack(std::array{q, k, v}, load.mode);
  layer.attention_output = PackedMatrix::Pack(
      std::array{AllRows(source.Get(names.attention_output, {shape.hidden, shape.query_width()}))},
      load.mode);
  layer.gate_up =
      PackedMatrix::Pack(std::array{AllRows(source.Get(names.gate, {shape.mlp, shape.hidden})),
                                    AllRows(source.Get(names.up, {shape.mlp, shape.hidden}))},
                         load.mode);
  layer.down = PackedMatrix::Pack(
      std::array{AllRows(source.Get(names.down, {shape.hidden, shape.mlp}))}, load.mode);
  return layer;
}

}  // namespace dsb
