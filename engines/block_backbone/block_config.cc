#include "engines/block_backbone/block_config.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "engines/drafter.h"
#include "engines/target_model/hf_config.h"

namespace dsb {
namespace {

void ReadSizes(const JsonConfig& file, BlockConfig& config) {
  config.shape = LayerShapeFromConfig(file);
  config.num_layers = file.Count("num_hidden_layers");
  config.vocab_size = file.Count("vocab_size");
  config.draft_vocab_size = file.CountOr("draft_vocab_size", config.vocab_size);
  if (config.draft_vocab_size > config.vocab_size) {
    file.Refuse("draft_vocab_size", std::to_string(config.draft_vocab_size),
                "at most vocab_size " + std::to_string(config.vocab_size));
  }
  config.num_target_layers = file.CountOr("num_target_layers", 0);
  const int64_t least = 1 + config.first_draft_row();
  const int64_t most = kLongestDraft + config.first_draft_row();
  const int64_t rows = file.Count("block_size");
  if (rows < least || rows > most) {
    file.Refuse("block_size", std::to_string(rows),
                std::to_string(least) + " to " + std::to_string(most));
  }
  config.block_rows = static_cast<int32_t>(rows);
}

// The attention of a block is full and in both directions; newer checkpoints can ask for less.
void CheckAttention(const JsonConfig& file, const JsonConfig& draft) {
  if (file.Has("layer_types")) {
    for (const std::string& type : file.Strings("layer_types")) {
      if (type != "full_attention")
        file.Refuse("layer_types", "\"" + type + "\"", "full_attention");
    }
  }
  for (const char* key : {"use_swa", "causal"}) {
    if (draft.BoolOr(key, false)) draft.Refuse(key, "true", "false");
  }
}

void ReadMask(const JsonConfig& draft, BlockConfig& config) {
  if (!draft.Has("mask_token_id")) return;
  const int64_t mask = draft.IntOr("mask_token_id", -1);
  if (mask < 0 || mask >= config.vocab_size) {
    draft.Refuse("mask_token_id", std::to_string(mask),
                 "0 to " + std::to_string(config.vocab_size - 1));
  }
  config.mask_token = static_cast<int32_t>(mask);
}

void ReadFeatureLayers(const JsonConfig& draft, BlockConfig& config) {
  for (const int64_t layer : draft.Ints("target_layer_ids")) {
    if (layer < -1 || layer > std::numeric_limits<int16_t>::max()) {
      draft.Refuse("target_layer_ids", std::to_string(layer), "layers from -1 upwards");
    }
    config.target_layers.push_back(static_cast<int32_t>(layer));
  }
  if (config.target_layers.empty()) {
    draft.Refuse("target_layer_ids", "an empty list", "at least one layer");
  }
}

}  // namespace

std::string ArchitectureFromConfig(const JsonConfig& file, const std::vector<std::string>& known) {
  const std::vector<std::string> found = file.Strings("architectures");
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : " or ") + name;
  if (found.size() != 1) {
    file.Refuse("architectures", std::to_string(found.size()) + " names", list);
  }
  if (std::find(known.begin(), known.end(), found[0]) != known.end()) return found[0];
  const bool gemma = found[0].find("Gemma") != std::string::npos;
  file.Refuse("architectures", "\"" + found[0] + "\"",
              list + (gemma ? "; Gemma drafters are not supported yet" : ""));
}

BlockConfig BlockConfigFromFile(const JsonConfig& file, BlockLayout layout) {
  BlockConfig config;
  config.layout = layout;
  ReadSizes(file, config);
  std::optional<JsonConfig> own = file.Object("dflash_config");
  if (layout == BlockLayout::kMaskFill && !own) {
    file.Refuse("dflash_config", "nothing", "an object with mask_token_id and target_layer_ids");
  }
  const JsonConfig& draft = layout == BlockLayout::kMaskFill ? *own : file;
  CheckAttention(file, own ? *own : file);
  ReadMask(draft, config);
  ReadFeatureLayers(draft, config);
  config.share_target_embeddings =
      layout == BlockLayout::kMaskFill || file.BoolOr("share_target_embeddings", false);
  config.rope_frequencies = RopeFrequenciesFromConfig(file, config.shape.head_dim);
  if (const std::optional<JsonConfig> target = file.Object("target")) {
    config.target_sha256 = target->StringOr("sha256", "");
  }
  return config;
}

void CheckFeatureLayers(const std::string& path, const BlockConfig& config,
                        int64_t num_target_layers) {
  int32_t previous = -2;
  for (const int32_t layer : config.target_layers) {
    if (layer <= previous || layer >= num_target_layers - 1) {
      ThrowBadInput(path + "/config.json: key target_layer_ids is " + std::to_string(layer) +
                    ", expected ascending layers from -1 to " +
                    std::to_string(num_target_layers - 2));
    }
    previous = layer;
  }
}

}  // namespace dsb
