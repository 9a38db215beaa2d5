#include "engines/eagle3/eagle3_config.h"

#include <algorithm>
#include <array>

namespace dsb {
namespace {

constexpr std::array kDeepSpec = {"Qwen3Eagle3Model", "Eagle3DraftModel"};
constexpr std::array kOriginal = {"LlamaForCausalLM", "LlamaForCausalLMEagle3",
                                  "Eagle3LlamaForCausalLM"};
constexpr char kOverrideKey[] = "eagle_aux_hidden_state_layer_ids";
constexpr int32_t kOriginalDraftLength = 7;  // the releases do not say; the paper's block

// True for an original release.
bool ReadArchitecture(const JsonConfig& file) {
  const std::vector<std::string> architectures = file.Strings("architectures");
  const std::string name = architectures.size() == 1 ? architectures[0] : "";
  if (name.starts_with("Gemma")) {
    file.Refuse("architectures", "\"" + name + "\"",
                "Qwen3Eagle3Model or a Llama release: Gemma drafters are not supported");
  }
  const auto is_name = [&name](const char* one) { return name == one; };
  if (std::any_of(kOriginal.begin(), kOriginal.end(), is_name)) return true;
  if (!std::any_of(kDeepSpec.begin(), kDeepSpec.end(), is_name)) {
    file.Refuse("architectures", architectures.empty() ? "empty" : "\"" + architectures[0] + "\"",
                "[\"Qwen3Eagle3Model\"] or [\"LlamaForCausalLMEagle3\"]");
  }
  return false;
}

// The last layer is forbidden: its captured state is final-normed in training (drafters.md 0).
std::vector<int32_t> DeepSpecLayers(const JsonConfig& file, int64_t num_target_layers) {
  std::vector<int32_t> layers;
  for (const int64_t layer : file.Ints("target_layer_ids")) {
    const bool ascending = layers.empty() || layer > layers.back();
    if (layer < 0 || layer >= num_target_layers - 1 || !ascending) {
      file.Refuse("target_layer_ids", std::to_string(layer),
                  "ascending layers from 0 to " + std::to_string(num_target_layers - 2));
    }
    layers.push_back(static_cast<int32_t>(layer));
  }
  if (layers.empty()) file.Refuse("target_layer_ids", "empty", "at least one layer");
  return layers;
}

// The releases number a feature by the layer that reads it.
std::vector<int32_t> OriginalLayers(const JsonConfig& file) {
  std::vector<int32_t> layers;
  if (!file.Has(kOverrideKey)) return layers;
  for (const int64_t reader : file.Ints(kOverrideKey)) {
    if (reader < 1 || reader > (int64_t{1} << 20)) {
      file.Refuse(kOverrideKey, std::to_string(reader), "layers of the target from 1 on");
    }
    layers.push_back(static_cast<int32_t>(reader - 1));
  }
  return layers;
}

void ReadOriginalSwitches(const JsonConfig& file, Eagle3Config& config) {
  config.norm_before_residual = file.BoolOr("norm_before_residual", false);
  if (file.BoolOr("norm_before_fc", false)) file.Refuse("norm_before_fc", "true", "false");
  // Engines disagree on whether these count layers by input or by output.
  const std::optional<JsonConfig> nested = file.Object("eagle_config");
  if (nested && nested->Has(kOverrideKey) && !nested->Ints(kOverrideKey).empty()) {
    nested->Refuse(kOverrideKey, "a list", "it at the top level, layers numbered by their input");
  }
}

}  // namespace

std::vector<int32_t> OriginalFeatureLayers(int64_t num_target_layers) {
  const auto count = static_cast<int32_t>(num_target_layers);
  return {1, count / 2 - 1, count - 4};
}

Eagle3Config Eagle3Config::Read(const std::string& path) {
  const JsonConfig file = JsonConfig::Read(path + "/config.json");
  Eagle3Config config;
  config.original = ReadArchitecture(file);
  config.common = RecurrentConfig::From(file);
  for (const char* key : {"num_hidden_layers", "draft_num_hidden_layers"}) {
    const int64_t layers = file.CountOr(key, 1);
    if (layers != 1) file.Refuse(key, std::to_string(layers), "1");
  }
  if (config.original && !file.Has("target_layer_ids")) {
    config.layers = OriginalLayers(file);
  } else {
    config.layers = DeepSpecLayers(file, file.Count("num_target_layers"));
  }
  if (config.original) ReadOriginalSwitches(file, config);
  config.common.draft_length =
      config.original
          ? DraftLengthOr(file, "ttt_length", kOriginalDraftLength)
          : DraftLengthOr(file, "ttt_length", static_cast<int32_t>(file.Count("ttt_length")));
  return config;
}

}  // namespace dsb
