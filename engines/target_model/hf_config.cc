#include "engines/target_model/hf_config.h"

#include <algorithm>

#include "base/error.h"
#include "engines/model_files/json_config.h"
#include "engines/target_model/rope_frequencies.h"

namespace dsb {

std::vector<float> RopeFrequenciesFromConfig(const JsonConfig& config, int64_t head_dim) {
  // transformers 5 keeps theta and scaling together; older files have rope_theta and rope_scaling.
  const std::optional<JsonConfig> together = config.Object("rope_parameters");
  const std::optional<JsonConfig> apart = config.Object("rope_scaling");
  const JsonConfig& where = together ? *together : apart ? *apart : config;
  const double theta =
      together ? together->Float("rope_theta") : config.FloatOr("rope_theta", 10000);
  if (!(theta > 0)) where.Refuse("rope_theta", std::to_string(theta), "a number above 0");
  RopeScaling scaling;
  const std::string type = together || apart
                               ? where.StringOr("rope_type", where.StringOr("type", "default"))
                               : "default";
  if (type == "linear") {
    scaling.type = RopeScaling::Type::kLinear;
    scaling.factor = where.Float("factor");
  } else if (type == "llama3") {
    scaling = {.type = RopeScaling::Type::kLlama3,
               .factor = where.Float("factor"),
               .low_freq_factor = where.Float("low_freq_factor"),
               .high_freq_factor = where.Float("high_freq_factor"),
               .original_context = where.Float("original_max_position_embeddings")};
  } else if (type != "default") {
    where.Refuse("rope_type", "\"" + type + "\"", "default, linear or llama3");
  }
  return RopeFrequencies(head_dim, theta, scaling);
}

LayerShape LayerShapeFromConfig(const JsonConfig& config) {
  LayerShape shape;
  shape.hidden = config.Count("hidden_size");
  shape.num_heads = config.Count("num_attention_heads");
  shape.num_kv_heads = config.CountOr("num_key_value_heads", shape.num_heads);
  if (shape.num_heads % shape.num_kv_heads != 0) {
    config.Refuse("num_key_value_heads", std::to_string(shape.num_kv_heads),
                  "a divisor of num_attention_heads " + std::to_string(shape.num_heads));
  }
  shape.head_dim = config.CountOr("head_dim", std::max<int64_t>(shape.hidden / shape.num_heads, 1));
  if (shape.head_dim % 2 != 0) {
    config.Refuse("head_dim", std::to_string(shape.head_dim), "an even number");
  }
  shape.mlp = config.Count("intermediate_size");
  const double epsilon = config.Float("rms_norm_eps");
  if (!(epsilon > 0 && epsilon < 1)) {
    config.Refuse("rms_norm_eps", std::to_string(epsilon), "a number between 0 and 1");
  }
  shape.norm_epsilon = static_cast<float>(epsilon);
  const std::string activation =
      config.StringOr("hidden_act", config.StringOr("hidden_activation", "silu"));
  if (activation != "silu") config.Refuse("hidden_act", "\"" + activation + "\"", "silu");
  for (const char* key : {"attention_bias", "mlp_bias", "use_sliding_window"}) {
    if (config.BoolOr(key, false)) config.Refuse(key, "true", "false");
  }
  return shape;
}

ModelConfig ConfigFromFolder(const std::string& path) {
  const JsonConfig file = JsonConfig::Read(path + "/config.json");
  ModelConfig config;
  config.architecture = file.StringOr("model_type", "");
  if (config.architecture != "llama" && config.architecture != "qwen3") {
    file.Refuse("model_type", "\"" + config.architecture + "\"", "llama or qwen3");
  }
  config.shape = LayerShapeFromConfig(file);
  config.num_layers = file.Count("num_hidden_layers");
  config.vocab_size = file.Count("vocab_size");
  config.context_tokens = file.Count("max_position_embeddings");
  config.qk_norm = config.architecture == "qwen3";
  config.tied_head =
      file.BoolOr("tie_word_embeddings", config.architecture == "llama" ? false : true);
  config.rope_frequencies = RopeFrequenciesFromConfig(file, config.shape.head_dim);
  return config;
}

}  // namespace dsb
