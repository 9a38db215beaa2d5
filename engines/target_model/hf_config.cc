#include "engines/target_model/hf_config.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/target_model/hf_keys.h"

namespace dsb {
namespace {

// A key that is not there: `stated` by the class of the library, `derived` from the shape. Both
// must mean the same.
int64_t CountOrDefault(const JsonConfig& config, const char* key, bool qwen3, int64_t stated,
                       int64_t derived) {
  if (config.Has(key)) return config.Count(key);
  const std::vector<std::string> keys = config.Keys();
  const bool null = std::find(keys.begin(), keys.end(), key) != keys.end();
  if (!qwen3 || null || stated == derived) return derived;
  config.Refuse(key, "missing",
                "a whole number: Qwen3's own default is " + std::to_string(stated) +
                    ", the shape suggests " + std::to_string(derived));
}

void CheckActivation(const JsonConfig& config) {
  for (const char* key : {"hidden_act", "hidden_activation"}) {
    const std::string name = config.StringOr(key, "silu");
    if (name != "silu" && name != "swish") config.Refuse(key, Quoted(name), "silu");
  }
}

std::string ReadArchitecture(const JsonConfig& file) {
  const std::string type = file.StringOr("model_type", "");
  if (type != "llama" && type != "qwen3") {
    file.Refuse("model_type", Quoted(type), "llama or qwen3");
  }
  if (!file.Has("architectures")) return type;
  const std::string expected = type == "llama" ? "LlamaForCausalLM" : "Qwen3ForCausalLM";
  const std::vector<std::string> names = file.Strings("architectures");
  if (names != std::vector{expected} &&
      !(type == "llama" && names == std::vector<std::string>{"LLaMAForCausalLM"})) {
    file.Refuse("architectures", file.Value("architectures"),
                "[\"" + expected + "\"] with model_type " + type);
  }
  return type;
}

}  // namespace

LayerShape LayerShapeFromConfig(const JsonConfig& config) {
  const bool qwen3 = config.StringOr("model_type", "") == "qwen3";
  constexpr int64_t kQwen3KvHeads = 32, kQwen3HeadDim = 128;
  config.RefuseNull({"hidden_act", "rms_norm_eps"});
  LayerShape shape;
  shape.hidden = config.Count("hidden_size");
  shape.num_heads = config.Count("num_attention_heads");
  shape.num_kv_heads =
      CountOrDefault(config, "num_key_value_heads", qwen3, kQwen3KvHeads, shape.num_heads);
  if (shape.num_heads % shape.num_kv_heads != 0) {
    config.Refuse("num_key_value_heads", std::to_string(shape.num_kv_heads),
                  "a divisor of num_attention_heads " + std::to_string(shape.num_heads));
  }
  shape.head_dim = CountOrDefault(config, "head_dim", qwen3, kQwen3HeadDim,
                                  std::max<int64_t>(shape.hidden / shape.num_heads, 1));
  if (shape.head_dim % 2 != 0) {
    config.Refuse("head_dim", std::to_string(shape.head_dim), "an even number");
  }
  shape.mlp = config.Count("intermediate_size");
  const double epsilon = config.FloatOr("rms_norm_eps", 1e-6);
  if (!(epsilon > 0 && epsilon < 1)) {
    config.Refuse("rms_norm_eps", std::to_string(epsilon), "a number between 0 and 1");
  }
  shape.norm_epsilon = static_cast<float>(epsilon);
  CheckActivation(config);
  return shape;
}

ModelConfig ConfigFromFolder(ModelFolder& folder) {
  const JsonConfig file = JsonConfig::Read(folder, "config.json");
  ModelConfig config;
  config.architecture = ReadArchitecture(file);
  config.shape = LayerShapeFromConfig(file);
  config.num_layers = file.Count("num_hidden_layers");
  config.vocab_size = file.Count("vocab_size");
  config.context_tokens = file.Count("max_position_embeddings");
  config.qk_norm = config.architecture == "qwen3";
  config.tied_head = file.BoolOr("tie_word_embeddings", false);  // as both classes of the library
  config.rope_frequencies = RopeFrequenciesFromConfig(file, config.shape.head_dim);
  CheckAttentionWindow(file.name(), AttentionWindow(file, config.num_layers, false),
                       config.context_tokens);
  CheckKeys(file, TargetKeys());
  return config;
}

}  // namespace dsb
