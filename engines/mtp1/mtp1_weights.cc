#include "engines/mtp1/mtp1_weights.h"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/quoted.h"
#include "engines/drafter_files/checkpoint.h"
#include "engines/drafter_files/drafter_keys.h"
#include "engines/model_files/json_config.h"

namespace dsb {
namespace {

RecurrentConfig ReadConfig(ModelFolder& folder) {
  const JsonConfig file = JsonConfig::Read(folder, "config.json");
  ArchitectureFromConfig(file, {"MtpDraftModel"});
  const std::string input = file.StringOr("hidden_input", "post_final_norm");
  if (input != "post_final_norm") {
    file.Refuse("hidden_input", Quoted(input), "post_final_norm");
  }
  const int64_t layers = file.CountOr("num_hidden_layers", 1);
  if (layers != 1) file.Refuse("num_hidden_layers", std::to_string(layers), "1");
  RecurrentConfig config = RecurrentConfig::From(file);
  config.draft_length =
      DraftLengthOr(file, "draft_length", DraftLengthOr(file, "num_nextn_predict_layers", 1));
  CheckKeys(file, Mtp1Weights::Keys());
  return config;
}

struct Names {
  std::string module, layer, final_norm, embedding, head;
};

Names FindNames(const WeightSource& source, int64_t num_target_layers) {
  const std::string prefix = "model.layers." + std::to_string(num_target_layers) + ".";
  if (source.Has("eh_proj.weight") || !source.Has(prefix + "eh_proj.weight")) {
    return {.module = "",
            .layer = "layers.0.",
            .final_norm = "norm.weight",
            .embedding = "embed_tokens.weight",
            .head = "lm_head.weight"};
  }
  return {.module = prefix,
          .layer = prefix,
          .final_norm = prefix + "shared_head.norm.weight",
          .embedding = prefix + "embed_tokens.weight",
          .head = prefix + "shared_head.head.weight"};
}

// DeepSeek's module lies behind the target's layers in one file: the target has been read. A second
// module behind it is no part of either.
void MarkTargetsOwn(const Safetensors& file, int64_t num_target_layers,
                    const WeightSource& source) {
  constexpr std::string_view kLayers = "model.layers.";
  for (const std::string& name : file.Names()) {
    bool own = name.starts_with("model.") && !name.starts_with(kLayers);
    if (name.starts_with(kLayers)) {
      int64_t layer = num_target_layers;
      std::from_chars(name.data() + kLayers.size(), name.data() + name.size(), layer);
      own = layer < num_target_layers;
    }
    if (own || name == "lm_head.weight") source.MarkUsed(name);
  }
}

}  // namespace

std::shared_ptr<const Mtp1Weights> Mtp1Weights::Load(ModelFolder& folder,
                                                     std::shared_ptr<const TargetModel> target,
                                                     const std::string& target_sha256,
                                                     WeightMode mode) {
  auto weights = std::make_shared<Mtp1Weights>();
  weights->config = ReadConfig(folder);
  const WeightSource source = weights->Open(folder, std::move(target), target_sha256);
  const Names names = FindNames(source, weights->target->config().num_layers);
  const int64_t hidden = weights->config.shape.hidden;
  weights->embedding_norm = source.Vector(names.module + "enorm.weight", hidden);
  weights->hidden_norm = source.Vector(names.module + "hnorm.weight", hidden);
  weights->combination = PackedMatrix::Pack(
      std::array{AllRows(source.Get(names.module + "eh_proj.weight", {hidden, 2 * hidden}))}, mode);
  weights->LoadLayer(source, names.layer, 0, mode);
  weights->final_norm = source.Vector(names.final_norm, hidden);
  const bool shared = weights->config.share_target_embeddings;
  weights->LoadTables(
      source, {.embedding = shared ? "" : names.embedding, .head = shared ? "" : names.head}, mode);
  if (!names.module.empty()) {
    MarkTargetsOwn(*weights->file, weights->target->config().num_layers, source);
  }
  source.RefuseUnused(weights->file->Names(), "this mtp1 drafter");
  return weights;
}

const ConfigKeys& Mtp1Weights::Keys() {
  static constexpr ConfigKey kOwn[] = {Read("hidden_input"), Read("num_nextn_predict_layers"),
                                       Read("draft_length")};
  static const ConfigKeys keys = WholeDrafterKeys(kOwn);
  return keys;
}

}  // namespace dsb
