#include "engines/export/export_gguf.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace dsb {
namespace {

constexpr const char* kArchitecture = "dflash";

constexpr std::pair<const char*, const char*> kLayerTensors[] = {
    {"self_attn.q_proj", "attn_q"},      {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},      {"self_attn.o_proj", "attn_output"},
    {"self_attn.q_norm", "attn_q_norm"}, {"self_attn.k_norm", "attn_k_norm"},
    {"input_layernorm", "attn_norm"},    {"post_attention_layernorm", "ffn_norm"},
    {"mlp.gate_proj", "ffn_gate"},       {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"}};

void AddPairs(const DrafterSource& source, bool has_confidence, GgufBuilder& file) {
  const JsonConfig& config = source.config();
  file.AddString("general.architecture", kArchitecture);
  file.CopyPairs(source.target(), "tokenizer.");
  const std::string prefix = std::string(kArchitecture) + '.';
  const auto count = [&](const char* key, int64_t value) {
    file.AddCount(prefix + key, static_cast<uint32_t>(value));
  };
  count("block_count", config.Count("num_hidden_layers"));
  count("context_length", source.context_tokens());
  count("embedding_length", config.Count("hidden_size"));
  count("feed_forward_length", config.Count("intermediate_size"));
  count("vocab_size", config.Count("vocab_size"));
  count("block_size", config.Count("block_size"));
  count("attention.head_count", config.Count("num_attention_heads"));
  count("attention.head_count_kv", config.Count("num_key_value_heads"));
  count("attention.key_length", config.Count("head_dim"));
  count("attention.value_length", config.Count("head_dim"));
  count("rope.dimension_count", config.Count("head_dim"));
  file.AddFloat(prefix + "attention.layer_norm_rms_epsilon",
                static_cast<float>(config.Float("rms_norm_eps")));
  file.AddFloat(prefix + "rope.freq_base", static_cast<float>(source.rope_theta()));
  std::vector<int32_t> layers;
  for (const int64_t layer : config.Ints("target_layer_ids")) {
    layers.push_back(static_cast<int32_t>(layer + 1));  // counts the embedding's output
  }
  file.AddInts(prefix + "target_layers", layers);
  file.AddBool(prefix + "sample_from_anchor", true);
  file.AddBool(prefix + "attention.causal", false);
  file.AddBool(prefix + "has_confidence_head", has_confidence);
}

void Add(const char* name, FloatTensor tensor, GgufBuilder& file) {
  file.AddTensor(name, std::move(tensor.shape), std::move(tensor.values));
}

}  // namespace

GgufBuilder DrafterGguf(const DrafterSource& source) {
  if (source.name() == "eagle3") {
    ThrowBadInput("eagle3: llama.cpp's EAGLE3 takes three feature layers, found " +
                  std::to_string(source.config().Ints("target_layer_ids").size()));
  }
  if (source.name() != "dspark" && source.name() != "dflash") {
    ThrowBadInput(source.name() + ": llama.cpp has no form for it, expected dspark or dflash");
  }
  const bool has_confidence = source.Has("confidence_head.proj.weight");
  GgufBuilder file;
  AddPairs(source, has_confidence, file);
  const int64_t mask_id = source.MaskId();
  file.AddCount("tokenizer.ggml.mask_token_id", static_cast<uint32_t>(mask_id));
  Add("token_embd.weight", source.MaskedEmbedding(mask_id), file);
  FloatTensor head = source.Head();
  const int64_t num_rows = head.shape.front();
  Add("output.weight", std::move(head), file);
  file.AddIntegers("d2t", source.DraftIds());  // absolute: offsets are accepted by nobody, silently
  Add("fc.weight", source.Tensor("fc.weight"), file);
  Add("enc.output_norm.weight", source.Tensor("hidden_norm.weight"), file);
  Add("output_norm.weight", source.Tensor("norm.weight"), file);
  if (source.Has("markov_head.markov_w1.weight")) {
    Add("markov_w1.weight", source.Tensor("markov_head.markov_w1.weight"), file);
    Add("markov_w2.weight", source.Tensor("markov_head.markov_w2.weight"), file);
  } else {
    const auto zeros = [&](const char* name, int64_t rows) {
      file.AddTensor(name, {rows, kNoMarkovRank},
                     std::vector<float>(static_cast<size_t>(rows * kNoMarkovRank)));
    };
    zeros("markov_w1.weight", source.config().Count("vocab_size"));
    zeros("markov_w2.weight", num_rows);
  }
  if (has_confidence) {
    Add("conf_proj.weight", source.Tensor("confidence_head.proj.weight"), file);
    Add("conf_proj.bias", source.Tensor("confidence_head.proj.bias"), file);
  }
  for (int64_t layer = 0; layer < source.config().Count("num_hidden_layers"); ++layer) {
    for (const auto& [ours, theirs] : kLayerTensors) {
      Add(("blk." + std::to_string(layer) + '.' + theirs + ".weight").c_str(),
          source.Tensor("layers." + std::to_string(layer) + '.' + ours + ".weight"), file);
    }
  }
  return file;
}

GgufBuilder TargetGguf(const GgufFile& target) {
  const std::string& architecture = target.String("general.architecture");
  GgufBuilder file;
  file.AddString("general.architecture", architecture);
  file.CopyPairs(target, "tokenizer.");
  file.CopyPairs(target, architecture + '.');
  for (const StoredTensor& stored : target.tensors()) {
    FloatTensor tensor = Bf16Tensor(stored);
    file.AddTensor(stored.name, std::move(tensor.shape), std::move(tensor.values));
  }
  return file;
}

}  // namespace dsb
