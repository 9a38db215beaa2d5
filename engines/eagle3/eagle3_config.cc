#include "engines/eagle3/eagle3_config.h"

#include <algorithm>
#include <array>

#include "base/quoted.h"
#include "engines/drafter_files/checkpoint.h"
#include "engines/drafter_files/drafter_keys.h"

namespace dsb {
namespace {

constexpr std::array kDeepSpec = {"Qwen3Eagle3Model", "Eagle3DraftModel"};
constexpr std::array kOriginal = {"LlamaForCausalLM", "LlamaForCausalLMEagle3",
                                  "Eagle3LlamaForCausalLM"};
constexpr char kLayersKey[] = "target_layer_ids";
constexpr int64_t kMostLayers = int64_t{1} << 20;
constexpr int32_t kOriginalDraftLength = 7;  // the releases do not say; the paper's block

// True for an original release.
bool ReadArchitecture(const JsonConfig& file) {
  std::vector<std::string> known(kDeepSpec.begin(), kDeepSpec.end());
  known.insert(known.end(), kOriginal.begin(), kOriginal.end());
  const std::string name = ArchitectureFromConfig(file, known);
  return std::find(kOriginal.begin(), kOriginal.end(), name) != kOriginal.end();
}

// The last layer is forbidden: its captured state is final-normed in training (drafters.md 0).
std::vector<int32_t> DeepSpecLayers(const JsonConfig& file, int64_t num_target_layers) {
  std::vector<int32_t> layers;
  for (const int64_t layer : file.Ints(kLayersKey)) {
    const bool ascending = layers.empty() || layer > layers.back();
    if (layer < 0 || layer >= num_target_layers - 1 || !ascending) {
      file.Refuse(kLayersKey, std::to_string(layer),
                  "ascending layers from 0 to " + std::to_string(num_target_layers - 2));
    }
    layers.push_back(static_cast<int32_t>(layer));
  }
  if (layers.empty()) file.Refuse(kLayersKey, "empty", "at least one layer");
  return layers;
}

// The releases number a feature by the layer that reads it. Engines gather features from the first
// layer to the last, whatever the list's order: another order means something else in each.
std::vector<int32_t> OriginalLayers(const JsonConfig& file) {
  std::vector<int32_t> layers;
  for (const int64_t reader : file.Ints(kReadingLayersKey)) {
    const bool ascending = layers.empty() || reader - 1 > layers.back();
    if (reader < 1 || reader > kMostLayers || !ascending) {
      file.Refuse(kReadingLayersKey, std::to_string(reader),
                  "ascending layers of the target from 1 on");
    }
    layers.push_back(static_cast<int32_t>(reader - 1));
  }
  if (layers.empty()) file.Refuse(kReadingLayersKey, "empty", "at least one layer");
  return layers;
}

// Files that number layers otherwise look the same: what is done is said.
void WarnOfNumbering(const std::vector<int32_t>& layers, ModelFolder& folder) {
  std::string list;
  for (const int32_t layer : layers) list += (list.empty() ? "" : ", ") + std::to_string(layer);
  folder.Warn("config.json: key " + std::string(kReadingLayersKey) +
              " is read as the layers that read a feature, so the features are the outputs of "
              "layers " +
              list + "; a file that means outputs says so with the key " + kLayersKey);
}

std::vector<int32_t> ReadLayers(const JsonConfig& file, bool original, ModelFolder& folder) {
  const bool by_reader = original && file.Has(kReadingLayersKey);
  std::vector<int32_t> read;
  if (by_reader) read = OriginalLayers(file);
  if (original && !file.Has(kLayersKey)) {
    if (!read.empty()) WarnOfNumbering(read, folder);
    return read;
  }
  const int64_t num_target_layers =
      original ? file.CountOr("num_target_layers", kMostLayers) : file.Count("num_target_layers");
  std::vector<int32_t> layers = DeepSpecLayers(file, num_target_layers);
  if (!read.empty() && read != layers) {
    file.Refuse(kReadingLayersKey, file.Value(kReadingLayersKey),
                "the layers that read " + std::string(kLayersKey) + " " + file.Value(kLayersKey) +
                    ", each one more");
  }
  return layers;
}

void ReadOriginalSwitches(const JsonConfig& file, Eagle3Config& config) {
  config.norm_before_residual = file.BoolOr("norm_before_residual", false);
  const std::optional<JsonConfig> nested = file.Object("eagle_config");
  if (!nested) return;
  // Engines disagree on whether these count layers by input or by output.
  if (nested->Has(kReadingLayersKey) && !nested->Ints(kReadingLayersKey).empty()) {
    nested->Refuse(kReadingLayersKey, "a list",
                   "it at the top level, layers numbered by their input");
  }
  CheckKeys(*nested, Eagle3Config::ObjectKeys());
}

constexpr ConfigKey kBothLayouts[] = {
    Read("ttt_length"),
    Read("draft_num_hidden_layers"),
    Read("target_layer_ids"),
    Only("norm_before_fc", "false"),
    Only("norm_output", "false"),
    Only("fc_norm", "false"),
    Only("parallel_drafting", "false"),
};
constexpr ConfigKey kDeepSpecKeys[] = {Only("norm_before_residual", "false")};
constexpr ConfigKey kOriginalKeys[] = {
    Read("eagle_aux_hidden_state_layer_ids"),
    Read("norm_before_residual"),
    Read("eagle_config"),
    Read("target_hidden_size"),
    Only("modal_type", "\"LLM\""),
};
constexpr ConfigKey kObjectKeys[] = {
    Read("eagle_aux_hidden_state_layer_ids"),
    Only("use_aux_hidden_state", "true"),
    Only("use_input_layernorm_in_first_layer", "true"),
    Only("use_last_layernorm", "true"),
    Only("use_mtp_layernorm", "false"),
    Only("next_layer_regular", "true"),
    Only("parallel_draft_step", "1"),
    Harmless("parallel_draft_heads_num_layers"),  // of steps that there are none of
};

}  // namespace

std::vector<int32_t> OriginalFeatureLayers(int64_t num_target_layers) {
  const auto count = static_cast<int32_t>(num_target_layers);
  return {1, count / 2 - 1, count - 4};
}

ConfigKeys Eagle3Config::Keys(bool original) {
  if (original) return WholeDrafterKeys(JoinKeys({kBothLayouts, kOriginalKeys}));
  return WholeDrafterKeys(JoinKeys({kBothLayouts, kDeepSpecKeys}));
}

std::span<const ConfigKey> Eagle3Config::ObjectKeys() { return kObjectKeys; }

Eagle3Config Eagle3Config::Read(ModelFolder& folder) {
  const JsonConfig file = JsonConfig::Read(folder, "config.json");
  Eagle3Config config;
  config.original = ReadArchitecture(file);
  config.common = RecurrentConfig::From(file);
  for (const char* key : {"num_hidden_layers", "draft_num_hidden_layers"}) {
    const int64_t layers = file.CountOr(key, 1);
    if (layers != 1) file.Refuse(key, std::to_string(layers), "1");
  }
  config.layers = ReadLayers(file, config.original, folder);
  if (config.original) {
    ReadOriginalSwitches(file, config);
    const int64_t hidden = config.common.shape.hidden;
    const int64_t target_hidden = file.CountOr("target_hidden_size", hidden);
    if (target_hidden != hidden) {
      file.Refuse("target_hidden_size", std::to_string(target_hidden),
                  "hidden_size " + std::to_string(hidden));
    }
  }
  config.common.draft_length =
      config.original
          ? DraftLengthOr(file, "ttt_length", kOriginalDraftLength)
          : DraftLengthOr(file, "ttt_length", static_cast<int32_t>(file.Count("ttt_length")));
  CheckKeys(file, Keys(config.original));
  return config;
}

}  // namespace dsb
