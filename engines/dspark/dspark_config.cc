#include "engines/dspark/dspark_config.h"

#include "engines/model_files/json_config.h"
#include "engines/target/hf_config.h"

namespace dsb {
namespace {

std::vector<int32_t> TargetLayers(const JsonConfig& file, int64_t num_target_layers) {
  std::vector<int32_t> layers;
  for (const int64_t layer : file.Ints("target_layer_ids")) {
    // The last layer is forbidden: its captured state is final-normed in training (drafters.md 0).
    const bool ascending = layers.empty() || layer > layers.back();
    if (layer < -1 || layer >= num_target_layers - 1 || !ascending) {
      file.Refuse("target_layer_ids", std::to_string(layer),
                  "ascending layers from -1 to " + std::to_string(num_target_layers - 2));
    }
    layers.push_back(static_cast<int32_t>(layer));
  }
  if (layers.empty()) file.Refuse("target_layer_ids", "empty", "at least one layer");
  return layers;
}

void ReadHeads(const JsonConfig& file, DSparkConfig& config) {
  const int64_t rank = file.IntOr("markov_rank", 0);
  if (rank < 1) file.Refuse("markov_rank", std::to_string(rank), "1 or more (a DSpark checkpoint)");
  config.markov_rank = rank;
  const std::string head = file.StringOr("markov_head_type", "vanilla");
  if (head != "vanilla") file.Refuse("markov_head_type", "\"" + head + "\"", "vanilla");
  config.confidence_head = file.BoolOr("enable_confidence_head", false);
  config.confidence_with_markov = file.BoolOr("confidence_head_with_markov", false);
}

}  // namespace

DSparkConfig DSparkConfig::Read(const std::string& path) {
  const JsonConfig file = JsonConfig::Read(path + "/config.json");
  const std::vector<std::string> architectures = file.Strings("architectures");
  if (architectures.size() != 1 || architectures[0] != "Qwen3DSparkModel") {
    file.Refuse("architectures", architectures.empty() ? "empty" : "\"" + architectures[0] + "\"",
                "[\"Qwen3DSparkModel\"]");
  }
  DSparkConfig config;
  config.shape = LayerShapeFromConfig(file);
  config.num_layers = file.Count("num_hidden_layers");
  config.vocab_size = file.Count("vocab_size");
  config.draft_vocab_size = file.CountOr("draft_vocab_size", config.vocab_size);
  if (config.draft_vocab_size > config.vocab_size) {
    file.Refuse("draft_vocab_size", std::to_string(config.draft_vocab_size),
                "at most vocab_size " + std::to_string(config.vocab_size));
  }
  config.num_target_layers = file.Count("num_target_layers");
  config.target_layers = TargetLayers(file, config.num_target_layers);
  const int64_t block_size = file.Count("block_size");
  if (block_size > 64) file.Refuse("block_size", std::to_string(block_size), "1 to 64");
  config.block_size = static_cast<int32_t>(block_size);
  if (file.Has("mask_token_id")) {
    const int64_t mask = file.IntOr("mask_token_id", -1);
    if (mask < 0 || mask >= config.vocab_size) {
      file.Refuse("mask_token_id", std::to_string(mask),
                  "0 to " + std::to_string(config.vocab_size - 1));
    }
    config.mask_token = static_cast<int32_t>(mask);
  }
  ReadHeads(file, config);
  config.share_target_embeddings = file.BoolOr("share_target_embeddings", false);
  config.rope_frequencies = RopeFrequenciesFromConfig(file, config.shape.head_dim);
  if (const std::optional<JsonConfig> target = file.Object("target")) {
    config.target_sha256 = target->StringOr("sha256", "");
  }
  return config;
}

}  // namespace dsb
