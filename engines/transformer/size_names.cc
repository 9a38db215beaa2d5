#include "engines/transformer/size_names.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace dsb {
namespace {

// Of names as model.layers.3.mlp.up_proj.weight and blk.3.ffn_up.weight.
std::optional<int64_t> LayerOf(std::string_view tensor) {
  for (const std::string_view before : {"layers.", "blk."}) {
    const size_t at = tensor.find(before);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = tensor.substr(at + before.size());
    int64_t layer = 0;
    const char* const end = rest.data() + rest.size();
    const auto parsed = std::from_chars(rest.data(), end, layer);
    if (parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == '.') return layer;
  }
  return std::nullopt;
}

}  // namespace

std::string SizeNames::ReasonFor(const std::vector<int64_t>& expected,
                                 const std::vector<int64_t>& found) const {
  std::string reason;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (found.size() == expected.size() && found[i] == expected[i]) continue;
    std::string keys;
    for (const SizeName& name : sizes) {
      if (name.size == expected[i]) keys += (keys.empty() ? "" : " or ") + name.key;
    }
    if (keys.empty()) continue;
    reason += (reason.empty() ? ", since " : " and ") + keys + " is " + std::to_string(expected[i]);
  }
  return reason;
}

std::string SizeNames::ReasonForLayer(const std::string& tensor, bool only_beyond) const {
  const std::optional<int64_t> layer = LayerOf(tensor);
  if (layers.key.empty() || !layer || (only_beyond && *layer < layers.size)) return "";
  return ", since " + layers.key + " is " + std::to_string(layers.size);
}

SizeNames FolderSizeNames(const LayerShape& shape, SizeName layers) {
  return {.sizes = {{"hidden_size", shape.hidden},
                    {"intermediate_size", shape.mlp},
                    {"head_dim", shape.head_dim},
                    {"num_attention_heads x head_dim", shape.query_width()},
                    {"num_key_value_heads x head_dim", shape.kv_width()}},
          .layers = std::move(layers)};
}

SizeNames GgufSizeNames(const std::string& prefix, const LayerShape& shape, int64_t num_layers) {
  const std::string heads = prefix + "attention.head_count", width = "attention.key_length";
  return {.sizes = {{prefix + "embedding_length", shape.hidden},
                    {prefix + "feed_forward_length", shape.mlp},
                    {prefix + width, shape.head_dim},
                    {heads + " x " + prefix + width, shape.query_width()},
                    {heads + "_kv x " + prefix + width, shape.kv_width()}},
          .layers = {prefix + "block_count", num_layers}};
}

}  // namespace dsb
