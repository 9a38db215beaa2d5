#include "engines/block_backbone/block_config.h"

#include <limits>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/drafter.h"
#include "engines/drafter_files/drafter_keys.h"
#include "engines/target_model/hf_config.h"

namespace dsb {
namespace {

// `block`: where the file says how long a block is.
void ReadSizes(const JsonConfig& file, const JsonConfig& block, BlockConfig& config) {
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
  const int64_t rows = block.Count("block_size");
  if (rows < least || rows > most) {
    block.Refuse("block_size", std::to_string(rows),
                 std::to_string(least) + " to " + std::to_string(most));
  }
  config.block_rows = static_cast<int32_t>(rows);
}

// The two levels of a file may say the same things, not different ones.
void CheckLevels(const JsonConfig& file, const JsonConfig& own) {
  for (const char* key : {"mask_token_id", "target_layer_ids", "block_size"}) {
    if (!file.Has(key) || !own.Has(key) || file.Value(key) == own.Value(key)) continue;
    own.Refuse(key, own.Value(key),
               "what the file's own key " + std::string(key) + " says, " + file.Value(key));
  }
}

// The attention of a block is full and in both directions. A window that hides nothing is as good,
// but not in the original layout: there it makes a layer causal inside the block too.
std::optional<int64_t> ReadWindow(const JsonConfig& file, const BlockConfig& config) {
  const std::optional<int64_t> window = AttentionWindow(file, config.num_layers, true);
  if (window && config.layout == BlockLayout::kMaskFill) {
    file.Refuse("sliding_window", std::to_string(*window),
                "none: windows of the original DFlash are not supported");
  }
  return window;
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

std::span<const ConfigKey> BlockKeys(BlockLayout layout) {
  static constexpr ConfigKey kAnchorFirst[] = {Read("block_size"), Read("mask_token_id"),
                                               Read("target_layer_ids"), Read("dflash_config"),
                                               Only("sample_from_anchor", "true")};
  static constexpr ConfigKey kMaskFill[] = {Read("block_size"),
                                            Read("mask_token_id"),
                                            Read("target_layer_ids"),
                                            Read("dflash_config"),
                                            Only("sample_from_anchor", "false"),
                                            Only("markov_rank", "0"),
                                            Only("enable_confidence_head", "false")};
  if (layout == BlockLayout::kMaskFill) return kMaskFill;
  return kAnchorFirst;
}

std::span<const ConfigKey> DFlashObjectKeys() {
  static constexpr ConfigKey kKeys[] = {Read("mask_token_id"),
                                        Read("target_layer_ids"),
                                        Read("block_size"),
                                        Only("use_swa", "false"),
                                        Only("causal", "false"),
                                        Only("swa_window_size", ""),
                                        Only("sliding_window", ""),
                                        Only("use_aux_hidden_state", "true"),
                                        Only("projector_type", "\"dflash\"")};
  return kKeys;
}

BlockConfig BlockConfigFromFile(const JsonConfig& file, BlockLayout layout) {
  BlockConfig config;
  config.layout = layout;
  const std::string type = file.StringOr("model_type", "qwen3");
  if (type != "qwen3") file.Refuse("model_type", Quoted(type), "qwen3");
  const std::optional<JsonConfig> own = file.Object("dflash_config");
  const bool fill = layout == BlockLayout::kMaskFill;
  if (fill && !own) {
    file.Refuse("dflash_config", "nothing", "an object with mask_token_id and target_layer_ids");
  }
  const JsonConfig& draft = fill ? *own : file;
  ReadSizes(file, own && !file.Has("block_size") ? *own : file, config);
  if (own) {
    CheckKeys(*own, DFlashObjectKeys());
    CheckLevels(file, *own);
  }
  config.window = ReadWindow(file, config);
  ReadMask(draft, config);
  ReadFeatureLayers(draft, config);
  config.share_target_embeddings = file.BoolOr("share_target_embeddings", fill);
  if (fill && !config.share_target_embeddings) {
    file.Refuse("share_target_embeddings", "false", "true: the layout has no tables of its own");
  }
  if (file.BoolOr("tie_word_embeddings", false) && !config.share_target_embeddings) {
    file.Refuse("tie_word_embeddings", "true", "false: the drafter has a head of its own");
  }
  config.rope_frequencies = RopeFrequenciesFromConfig(
      file, config.shape.head_dim, fill ? MissingTheta::kRefused : MissingTheta::kClassDefault);
  if (const std::optional<JsonConfig> target = file.Object("target")) {
    CheckKeys(*target, DrafterTargetKeys());
    config.target_sha256 = target->StringOr("sha256", "");
  }
  return config;
}

void CheckFeatureLayers(const std::string& path, const BlockConfig& config,
                        int64_t num_target_layers) {
  int32_t previous = -2;
  for (const int32_t layer : config.target_layers) {
    if (layer <= previous || layer >= num_target_layers - 1) {
      ThrowBadInput(path + "/config.json: key " + config.layers_key + " is " +
                    std::to_string(layer + config.layers_offset) +
                    ", expected ascending layers from " + std::to_string(config.layers_offset - 1) +
                    " to " + std::to_string(num_target_layers - 2 + config.layers_offset));
    }
    previous = layer;
  }
}

}  // namespace dsb
