#include "engines/recurrent/recurrent_config.h"

#include "base/quoted.h"
#include "engines/drafter.h"
#include "engines/drafter_files/drafter_keys.h"
#include "engines/target_model/hf_config.h"

namespace dsb {

RecurrentConfig RecurrentConfig::From(const JsonConfig& file) {
  RecurrentConfig config;
  const std::string type = file.StringOr("model_type", "llama");
  if (type != "llama" && type != "qwen3") {
    file.Refuse("model_type", Quoted(type), "llama or qwen3");
  }
  config.qk_norm = type == "qwen3";
  config.shape = LayerShapeFromConfig(file);
  config.vocab_size = file.Count("vocab_size");
  config.draft_vocab_size = file.CountOr("draft_vocab_size", config.vocab_size);
  if (config.draft_vocab_size > config.vocab_size) {
    file.Refuse("draft_vocab_size", std::to_string(config.draft_vocab_size),
                "at most vocab_size " + std::to_string(config.vocab_size));
  }
  config.share_target_embeddings = file.BoolOr("share_target_embeddings", false);
  config.tied_head = file.BoolOr("tie_word_embeddings", false);
  config.window = AttentionWindow(file, 1, true);
  config.rope_frequencies = RopeFrequenciesFromConfig(file, config.shape.head_dim);
  config.target.hidden_size = config.shape.hidden;
  config.target.vocab_size = config.vocab_size;
  config.target.num_layers = file.CountOr("num_target_layers", 0);
  if (const std::optional<JsonConfig> target = file.Object("target")) {
    CheckKeys(*target, DrafterTargetKeys());
    config.target.sha256 = target->StringOr("sha256", "");
  }
  return config;
}

int32_t DraftLengthOr(const JsonConfig& file, const std::string& key, int32_t otherwise) {
  const int64_t length = file.CountOr(key, otherwise);
  if (length > kLongestDraft) {
    file.Refuse(key, std::to_string(length), "1 to " + std::to_string(kLongestDraft));
  }
  return static_cast<int32_t>(length);
}

}  // namespace dsb
