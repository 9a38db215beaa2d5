// A fixture target with a small tokenizer, written as a GGUF file that a test changes before. Keys
// and tensors by name. Lives as long as the object. Not part of the product.
#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/temporary_folder.h"
#include "tests/engines/target_folder.h"
#include "tests/model_files/gguf_writer.h"
#include "tests/model_files/small_tokenizer.h"

namespace dsb {

class TargetGguf {
 public:
  struct Value {
    GgufType type = GgufType::kU32;
    std::string bytes;
  };
  std::map<std::string, Value> keys;
  std::map<std::string, GgufWriter::Tensor> tensors;
  const std::string architecture;

  static Value U32(uint32_t value) { return {GgufType::kU32, Raw(value)}; }
  static Value F32(float value) { return {GgufType::kF32, Raw(value)}; }
  static Value Bool(bool value) { return {GgufType::kBool, Raw(static_cast<uint8_t>(value))}; }
  static Value String(const std::string& value) { return {GgufType::kString, RawString(value)}; }
  static Value I32s(const std::vector<int32_t>& values) {
    std::string bytes = Raw(static_cast<uint32_t>(GgufType::kI32)) + Raw(uint64_t{values.size()});
    for (const int32_t value : values) bytes += Raw(value);
    return {GgufType::kArray, bytes};
  }
  static Value Strings(const std::vector<std::string>& values) {
    std::string bytes =
        Raw(static_cast<uint32_t>(GgufType::kString)) + Raw(uint64_t{values.size()});
    for (const std::string& value : values) bytes += RawString(value);
    return {GgufType::kArray, bytes};
  }

  explicit TargetGguf(const std::string& fixture)
      : architecture(fixture == "qwen3" ? "qwen3" : "llama") {
    const CheckpointCopy source(golden::Root() + "/targets/" + fixture);
    AddModelKeys(source.config);
    AddTokenizer(source.config["vocab_size"]);
    AddTensors(source);
  }
  Value& Key(const std::string& name) { return keys[architecture + "." + name]; }
  void AddTensor(const std::string& name, const std::vector<float>& values) {
    const std::string bytes(reinterpret_cast<const char*>(values.data()),
                            sizeof(float) * values.size());
    tensors[name] = {name, {values.size()}, 0, bytes, {}};
  }
  std::string Write() const {
    GgufWriter writer;
    for (const auto& [key, value] : keys) writer.Pair(key, value.type, value.bytes);
    for (const auto& entry : tensors) writer.tensors.push_back(entry.second);
    std::string path = *folder_ / "target.gguf";
    std::ofstream(path, std::ios::binary) << writer.File();
    return path;
  }

 private:
  void AddModelKeys(const nlohmann::json& config) {
    const auto count = [&](const char* key) { return U32(config[key].get<uint32_t>()); };
    keys["general.architecture"] = String(architecture);
    keys["general.name"] = String("tiny");
    Key("block_count") = count("num_hidden_layers");
    Key("context_length") = count("max_position_embeddings");
    Key("embedding_length") = count("hidden_size");
    Key("feed_forward_length") = count("intermediate_size");
    Key("attention.head_count") = count("num_attention_heads");
    Key("attention.head_count_kv") = count("num_key_value_heads");
    Key("attention.key_length") = count("head_dim");
    Key("attention.value_length") = count("head_dim");
    Key("rope.dimension_count") = count("head_dim");
    Key("vocab_size") = count("vocab_size");
    Key("rope.freq_base") = F32(config["rope_parameters"]["rope_theta"].get<float>());
    Key("attention.layer_norm_rms_epsilon") = F32(config["rms_norm_eps"].get<float>());
  }
  void AddTokenizer(size_t num_rows) {
    SmallTokenizer small(MissingBytes());
    while (small.tokens.size() < num_rows) {
      small.tokens.push_back("unused" + std::to_string(small.tokens.size()));
      small.types.push_back(5);
    }
    keys["tokenizer.ggml.model"] = String(small.model);
    keys["tokenizer.ggml.pre"] = String(small.pre);
    keys["tokenizer.ggml.tokens"] = Strings(small.tokens);
    keys["tokenizer.ggml.token_type"] = I32s(small.types);
    keys["tokenizer.ggml.merges"] = Strings(small.merges);
    keys["tokenizer.ggml.eos_token_id"] = U32(2);
    keys["tokenizer.chat_template"] = String(kQwenTemplate);
  }
  void AddTensors(const CheckpointCopy& source) {
    const std::pair<std::string, std::string> parts[] = {{"model.embed_tokens", "token_embd"},
                                                         {"model.norm", "output_norm"},
                                                         {"lm_head", "output"},
                                                         {"model.layers.", "blk."},
                                                         {"input_layernorm", "attn_norm"},
                                                         {"post_attention_layernorm", "ffn_norm"},
                                                         {"self_attn.q_proj", "attn_q"},
                                                         {"self_attn.k_proj", "attn_k"},
                                                         {"self_attn.v_proj", "attn_v"},
                                                         {"self_attn.o_proj", "attn_output"},
                                                         {"self_attn.q_norm", "attn_q_norm"},
                                                         {"self_attn.k_norm", "attn_k_norm"},
                                                         {"mlp.gate_proj", "ffn_gate"},
                                                         {"mlp.up_proj", "ffn_up"},
                                                         {"mlp.down_proj", "ffn_down"}};
    for (const auto& [name, tensor] : source.tensors) {
      ASSERT_EQ(tensor.dtype, "F32");
      std::string gguf = name;
      for (const auto& [from, to] : parts) {
        const size_t at = gguf.find(from);
        if (at != std::string::npos) gguf.replace(at, from.size(), to);
      }
      std::string bytes = tensor.bytes;
      const bool permuted = architecture == "llama" &&
                            (gguf.ends_with("attn_q.weight") || gguf.ends_with("attn_k.weight"));
      if (permuted) bytes = NeighbourOrder(tensor, source.config["head_dim"]);
      std::vector<uint64_t> ne(tensor.shape.rbegin(), tensor.shape.rend());
      tensors[gguf] = {gguf, ne, 0, bytes, {}};
    }
  }
  // Rows of each head: 0, D/2, 1, D/2 + 1, ...
  static std::string NeighbourOrder(const CheckpointCopy::Tensor& tensor, int64_t head_dim) {
    const auto rows = tensor.shape[0], half = head_dim / 2;
    const auto row_bytes = tensor.bytes.size() / static_cast<size_t>(rows);
    std::string ordered;
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t head = row / head_dim, in_head = row % head_dim;
      const int64_t from = head * head_dim + in_head % 2 * half + in_head / 2;
      ordered += tensor.bytes.substr(static_cast<size_t>(from) * row_bytes, row_bytes);
    }
    return ordered;
  }
  std::shared_ptr<const TemporaryFolder> folder_ = std::make_shared<const TemporaryFolder>();
};

}  // namespace dsb
