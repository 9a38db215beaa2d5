#include "engines/export/export_vllm.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

Json BaseConfig(const DrafterSource& source) {
  const JsonConfig& config = source.config();
  Json json;
  json["model_type"] = "qwen3";
  for (const char* key :
       {"hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
        "num_key_value_heads", "head_dim", "vocab_size", "draft_vocab_size"}) {
    json[key] = config.Count(key);
  }
  json["rms_norm_eps"] = config.Float("rms_norm_eps");
  json["rope_theta"] = source.rope_theta();
  json["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", source.rope_theta()}};
  json["hidden_act"] = "silu";
  json["max_position_embeddings"] = source.context_tokens();
  json["tie_word_embeddings"] = false;
  json["attention_bias"] = false;
  json["torch_dtype"] = "bfloat16";
  json["bos_token_id"] = source.bos_id();
  json["eos_token_id"] = source.eos_id();
  return json;
}

void AddDspark(const DrafterSource& source, Json& json, SafetensorsBuilder& weights) {
  // The mask is a row of the drafter's own embedding.
  const int64_t mask_id = source.MaskId();
  FloatTensor table = source.MaskedEmbedding(mask_id);
  weights.AddTensor("embed_tokens.weight", table.shape, table.values);
  const JsonConfig& config = source.config();
  const bool has_markov = source.Has("markov_head.markov_w1.weight");
  json["architectures"] = {"Qwen3DSparkModel"};
  json["layer_types"] = config.Strings("layer_types");
  json["mask_token_id"] = mask_id;
  json["target_layer_ids"] = config.Ints("target_layer_ids");
  json["block_size"] = config.Count("block_size");
  const bool has_confidence = source.Has("confidence_head.proj.weight");
  json["enable_confidence_head"] = has_confidence;
  json["confidence_head_with_markov"] = has_confidence;
  json["markov_rank"] = has_markov ? config.Count("markov_rank") : kNoMarkovRank;
  json["markov_head_type"] = "vanilla";
  if (has_markov) return;
  const auto zeros = [&](const char* name, int64_t rows) {
    weights.AddTensor(name, {rows, kNoMarkovRank},
                      std::vector<float>(static_cast<size_t>(rows * kNoMarkovRank)));
  };
  zeros("markov_head.markov_w1.weight", config.Count("vocab_size"));
  zeros("markov_head.markov_w2.weight", config.Count("draft_vocab_size"));
}

// llama's name of a GGUF tensor; empty: none of a llama's.
std::string HfName(const std::string& gguf) {
  if (gguf == "token_embd.weight") return "model.embed_tokens.weight";
  if (gguf == "output_norm.weight") return "model.norm.weight";
  if (gguf == "output.weight") return "lm_head.weight";
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"attn_q", "self_attn.q_proj"},   {"attn_k", "self_attn.k_proj"},
      {"attn_v", "self_attn.v_proj"},   {"attn_output", "self_attn.o_proj"},
      {"attn_norm", "input_layernorm"}, {"ffn_norm", "post_attention_layernorm"},
      {"ffn_gate", "mlp.gate_proj"},    {"ffn_up", "mlp.up_proj"},
      {"ffn_down", "mlp.down_proj"}};
  const size_t dot = gguf.find('.', 4);
  if (!gguf.starts_with("blk.") || dot == std::string::npos) return {};
  const std::string layer = gguf.substr(4, dot - 4), rest = gguf.substr(dot + 1);
  for (const auto& [theirs, ours] : kNames) {
    if (rest == std::string(theirs) + ".weight") {
      return "model.layers." + layer + '.' + ours + ".weight";
    }
  }
  return {};
}

// The GGUF pairs the halves of each head's rows up; the folder has them one behind the other.
void UnpairRows(int64_t num_heads, FloatTensor& tensor) {
  const int64_t rows = tensor.shape.front(), cols = tensor.shape.back();
  const int64_t head = rows / num_heads, half = head / 2;
  std::vector<float> out(tensor.values.size());
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t within = row % head, from = row - within + 2 * (within % half) + within / half;
    std::copy_n(tensor.values.begin() + from * cols, cols, out.begin() + row * cols);
  }
  tensor.values = std::move(out);
}

std::string TokenizerJson(const GgufFile& file) {
  const std::vector<std::string>& tokens = file.Strings("tokenizer.ggml.tokens");
  const std::vector<int64_t>& types = file.Ints("tokenizer.ggml.token_type");
  constexpr int64_t kControl = 3;
  Json vocabulary = Json::object(), added = Json::array(), merges = Json::array();
  for (size_t id = 0; id < tokens.size(); ++id) {
    vocabulary[tokens[id]] = id;
    if (id >= types.size() || types[id] != kControl) continue;
    added.push_back({{"id", id},
                     {"content", tokens[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  for (const std::string& merge : file.Strings("tokenizer.ggml.merges")) merges.push_back(merge);
  Json json;
  json["version"] = "1.0";
  json["added_tokens"] = added;
  json["normalizer"] = nullptr;
  json["pre_tokenizer"] = {
      {"type", "Sequence"},
      {"pretokenizers", Json::array({{{"type", "Digits"}, {"individual_digits", true}},
                                     {{"type", "ByteLevel"},
                                      {"add_prefix_space", false},
                                      {"trim_offsets", true},
                                      {"use_regex", true}}})}};
  json["post_processor"] = nullptr;
  json["decoder"] = {{"type", "ByteLevel"},
                     {"add_prefix_space", true},
                     {"trim_offsets", true},
                     {"use_regex", true}};
  json["model"] = {{"type", "BPE"},     {"dropout", nullptr},     {"unk_token", nullptr},
                   {"fuse_unk", false}, {"byte_fallback", false}, {"vocab", vocabulary},
                   {"merges", merges}};
  return json.dump();
}

}  // namespace

ModelFolderFiles DrafterFolderFiles(const DrafterSource& source) {
  ModelFolderFiles files;
  Json json = BaseConfig(source);
  for (const std::string& name : source.TensorNames()) {
    if (name == "mask_embedding") continue;
    const FloatTensor tensor = source.Tensor(name);
    files.weights.AddTensor(name, tensor.shape, tensor.values);
  }
  const FloatTensor head = source.Head();
  files.weights.AddTensor("lm_head.weight", head.shape, head.values);
  const std::vector<int64_t> ids = source.DraftIds();
  std::vector<int64_t> offsets(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) offsets[i] = ids[i] - static_cast<int64_t>(i);
  files.weights.AddIntegers("d2t", offsets);
  if (source.name() == "eagle3") {
    json["architectures"] = {"Eagle3Qwen3ForCausalLM"};
    std::vector<int64_t> layers = source.config().Ints("target_layer_ids");
    json["num_aux_hidden_states"] = layers.size();
    for (int64_t& layer : layers) ++layer;  // counts the embedding's output
    json["eagle_aux_hidden_state_layer_ids"] = layers;
  } else if (source.name() == "mtp1") {
    json["architectures"] = {"DsbenchMtp"};  // of ci/vllm_site: vLLM has no class of its own for it
    json["n_predict"] = json["num_nextn_predict_layers"] = 1;
  } else {
    AddDspark(source, json, files.weights);
  }
  files.config = json.dump(1);
  return files;
}

ModelFolderFiles TargetFolderFiles(const GgufFile& target) {
  const std::string& architecture = target.String("general.architecture");
  if (architecture != "llama" || target.StringOr("tokenizer.ggml.pre", "") != "smollm") {
    ThrowBadInput(target.path() + ": found architecture " + architecture + " with tokenizer " +
                  target.StringOr("tokenizer.ggml.pre", "(none)") +
                  ", expected llama with smollm: take the model's own Hugging Face folder");
  }
  ModelFolderFiles files;
  const int64_t heads = target.Int("llama.attention.head_count"),
                kv_heads = target.Int("llama.attention.head_count_kv");
  for (const StoredTensor& stored : target.tensors()) {
    const std::string name = HfName(stored.name);
    if (name.empty()) ThrowBadInput(target.path() + ": tensor " + stored.name + " is no llama's");
    FloatTensor tensor = Bf16Tensor(stored);
    if (name.ends_with("q_proj.weight")) UnpairRows(heads, tensor);
    if (name.ends_with("k_proj.weight")) UnpairRows(kv_heads, tensor);
    files.weights.AddTensor(name, tensor.shape, tensor.values);
  }
  const Tokenizer tokenizer(target);
  const int64_t hidden = target.Int("llama.embedding_length");
  const Json ids = {{"bos_token_id", tokenizer.bos_id()}, {"eos_token_id", tokenizer.eos_id()}};
  Json json = {{"architectures", {"LlamaForCausalLM"}},
               {"model_type", "llama"},
               {"hidden_size", hidden},
               {"intermediate_size", target.Int("llama.feed_forward_length")},
               {"num_hidden_layers", target.Int("llama.block_count")},
               {"num_attention_heads", heads},
               {"num_key_value_heads", kv_heads},
               {"head_dim", hidden / heads},
               {"vocab_size", tokenizer.vocab_size()},
               {"rope_theta", target.FloatOr("llama.rope.freq_base", 10000)},
               {"rms_norm_eps", target.Float("llama.attention.layer_norm_rms_epsilon")},
               {"hidden_act", "silu"},
               {"max_position_embeddings", target.Int("llama.context_length")},
               {"tie_word_embeddings", target.Find("output.weight") == nullptr},
               {"attention_bias", false},
               {"torch_dtype", "bfloat16"}};
  json.update(ids);
  files.config = json.dump(1);
  files.generation = ids.dump(1);
  files.tokenizer = TokenizerJson(target);
  const auto literal = [&](int32_t id) { return std::string(tokenizer.TokenBytes(id)); };
  files.tokenizer_config = Json{{"tokenizer_class", "PreTrainedTokenizerFast"},
                                {"bos_token", literal(tokenizer.bos_id())},
                                {"eos_token", literal(tokenizer.eos_id())},
                                {"pad_token", literal(tokenizer.eos_id())},
                                {"model_max_length", target.Int("llama.context_length")},
                                {"clean_up_tokenization_spaces", false},
                                {"chat_template", target.StringOr("tokenizer.chat_template", "")}}
                               .dump(1);
  return files;
}

}  // namespace dsb
