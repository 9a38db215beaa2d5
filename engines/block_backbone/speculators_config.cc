#include "engines/block_backbone/speculators_config.h"

#include <nlohmann/json.hpp>

#include "base/quoted.h"
#include "engines/target_model/hf_config.h"
#include "engines/target_model/hf_keys.h"

namespace dsb {
namespace {

using nlohmann::json;

constexpr char kAnchorKey[] = "sample_from_anchor", kLayersKey[] = "aux_hidden_state_layer_ids";
constexpr char kLayerConfigKey[] = "transformer_layer_config";

constexpr ConfigKey kFileKeys[] = {
    Read("speculators_model_type"),
    Read("transformer_layer_config"),
    Read("speculators_config"),
    Read("aux_hidden_state_layer_ids"),
    Read("block_size"),
    Read("mask_token_id"),
    Read("draft_vocab_size"),
    Read("sample_from_anchor"),
    Read("sliding_window_non_causal"),
    Read("target_hidden_size"),
    Read("markov_rank"),
    Read("markov_head_type"),
    Read("enable_confidence_head"),
    Read("confidence_head_with_markov"),
    Only("tie_word_embeddings", "false"),
    Only("projector_type", "\"dspark\", \"dflash\""),
    Harmless("architectures"),  // of the writer's class, by two names
    Harmless("auto_map"),
    Harmless("dtype"),
    Harmless("has_no_defaults_at_init"),
    Harmless("max_anchors"),
    Harmless("speculators_version"),
    Harmless("torch_dtype"),
    Harmless("transformers_version"),
};
constexpr ConfigKey kProposalKeys[] = {
    Read("algorithm"),
    Read("proposal_methods"),
    Harmless("default_proposal_method"),
    Harmless("verifier"),
};
constexpr ConfigKey kMethodKeys[] = {
    Read("speculative_tokens"),
    Only("proposal_type", "\"greedy\""),
    Only("accept_tolerance", "0"),
    Only("verifier_accept_k", "1"),
};
constexpr ConfigKey kLayerOnlyKeys[] = {
    Harmless("architectures"),
    Harmless("max_position_embeddings"),  // positions are the target's
    Harmless("eos_token_id"),
};

// Drafts that a round of the file's own program takes; none: it does not say.
std::optional<int64_t> SpeculativeTokens(const JsonConfig& file, const std::string& type) {
  const std::optional<JsonConfig> proposal = file.Object("speculators_config");
  if (!proposal) return std::nullopt;
  CheckKeys(*proposal, kProposalKeys);
  if (const std::string algorithm = proposal->StringOr("algorithm", type); algorithm != type) {
    proposal->Refuse("algorithm", Quoted(algorithm), type);
  }
  std::optional<int64_t> tokens;
  if (!proposal->Has("proposal_methods")) return tokens;
  for (const JsonConfig& method : proposal->Objects("proposal_methods")) {
    CheckKeys(method, kMethodKeys);
    if (!tokens && method.Has("speculative_tokens")) tokens = method.Count("speculative_tokens");
  }
  return tokens;
}

// The class, vLLM and llama.cpp disagree about the default: the number of drafts decides.
BlockLayout ReadLayout(const JsonConfig& file, std::optional<int64_t> tokens, ModelFolder& folder) {
  const int64_t rows = file.Count("block_size");
  const auto name = [](bool anchor) { return anchor ? "true" : "false"; };
  if (tokens && *tokens > rows) {
    file.Refuse("speculative_tokens", std::to_string(*tokens),
                "at most block_size " + std::to_string(rows));
  }
  const bool by_tokens = tokens == rows;
  const std::string reason = "speculative_tokens " + std::to_string(tokens.value_or(0)) +
                             " of block_size " + std::to_string(rows);
  if (!file.Has(kAnchorKey)) {
    if (!by_tokens && tokens != rows - 1) {
      file.Refuse(kAnchorKey, "missing",
                  "true or false: no speculative_tokens of " + std::to_string(rows) + " or " +
                      std::to_string(rows - 1) + " says which");
    }
    folder.Warn(std::string("config.json: key ") + kAnchorKey + " is missing: " + name(by_tokens) +
                ", by " + reason);
    return by_tokens ? BlockLayout::kAnchorFirst : BlockLayout::kMaskFill;
  }
  const bool anchor = file.BoolOr(kAnchorKey, false);
  if (tokens && (anchor ? rows : rows - 1) != *tokens) {
    folder.Warn(std::string("config.json: key ") + kAnchorKey + " is " + name(anchor) +
                ", which is done, though " + reason + " suggests otherwise");
  }
  return anchor ? BlockLayout::kAnchorFirst : BlockLayout::kMaskFill;
}

// Id k stands for what layer k reads: the output of layer k - 1, or the embedding.
json OutputLayers(const JsonConfig& file) {
  json layers = json::array();
  for (const int64_t id : file.Ints(kLayersKey)) {
    if (id < 0) file.Refuse(kLayersKey, std::to_string(id), "layers from 0 on");
    layers.push_back(id - 1);
  }
  return layers;
}

void CheckWindows(const JsonConfig& file, const JsonConfig& layer) {
  const bool both_ways = file.BoolOr("sliding_window_non_causal", false);
  const auto window = AttentionWindow(layer, layer.Count("num_hidden_layers"), true);
  if (!window || both_ways) return;
  file.Refuse("sliding_window_non_causal", file.Value("sliding_window_non_causal"),
              "true beside a sliding window: layers that are causal inside the block are not "
              "supported");
}

}  // namespace

std::span<const ConfigKey> SpeculatorsKeys() { return kFileKeys; }
std::span<const ConfigKey> SpeculatorsProposalKeys() { return kProposalKeys; }
std::span<const ConfigKey> SpeculatorsMethodKeys() { return kMethodKeys; }
const ConfigKeys& SpeculatorsLayerKeys() {
  static const ConfigKeys keys = JoinKeys({kLayerOnlyKeys, LayerKeys(), TransformersKeys()});
  return keys;
}

std::optional<SpeculatorsConfig> ReadSpeculators(const JsonConfig& file, const std::string& type,
                                                 ModelFolder& folder) {
  constexpr char kTypeKey[] = "speculators_model_type";
  if (!file.Has(kTypeKey)) return std::nullopt;
  if (const std::string found = file.StringOr(kTypeKey, ""); found != type) {
    file.Refuse(kTypeKey, Quoted(found), type);
  }
  const std::optional<JsonConfig> layer = file.Object(kLayerConfigKey);
  if (!layer) file.Refuse(kLayerConfigKey, "missing", "an object with the decoder's keys");
  CheckKeys(file, kFileKeys);
  CheckKeys(*layer, SpeculatorsLayerKeys());
  CheckWindows(file, *layer);
  RopeFrequenciesFromConfig(*layer, layer->CountOr("head_dim", 2), MissingTheta::kRefused);
  const int64_t hidden = layer->Count("hidden_size");
  if (const int64_t target = file.CountOr("target_hidden_size", hidden); target != hidden) {
    file.Refuse("target_hidden_size", std::to_string(target),
                "hidden_size " + std::to_string(hidden));
  }
  // What the library always writes is not guessed.
  std::vector<const char*> needed = {"mask_token_id", "draft_vocab_size"};
  if (type == "dspark") {
    needed.insert(needed.end(),
                  {"markov_rank", "enable_confidence_head", "confidence_head_with_markov"});
  }
  for (const char* key : needed) {
    if (!file.Has(key)) file.Refuse(key, "missing", "it, as the library always writes it");
  }
  const BlockLayout layout = ReadLayout(file, SpeculativeTokens(file, type), folder);
  json flat = json::parse(file.Value(kLayerConfigKey));
  for (const char* key : {"block_size", "draft_vocab_size", "markov_rank", "markov_head_type",
                          "enable_confidence_head", "confidence_head_with_markov"}) {
    if (file.Has(key)) flat[key] = json::parse(file.Value(key));
  }
  json& where = layout == BlockLayout::kMaskFill ? flat["dflash_config"] : flat;
  where["mask_token_id"] = json::parse(file.Value("mask_token_id"));
  where["target_layer_ids"] = OutputLayers(file);
  return SpeculatorsConfig{JsonConfig::Parse(flat.dump(), file.name()), layout};
}

BlockConfig BlockConfigFromSpeculators(const SpeculatorsConfig& config) {
  BlockConfig block = BlockConfigFromFile(config.flat, config.layout);
  block.share_target_embeddings = false;
  block.tables_as_stored = true;
  block.layers_key = kLayersKey;
  block.layers_offset = 1;
  return block;
}

}  // namespace dsb
