#include "engines/eagle3/eagle3_weights.h"

#include <array>
#include <utility>

#include "base/error.h"

namespace dsb {
namespace {

std::vector<int32_t> ResolveLayers(const std::string& path, const Eagle3Config& config,
                                   const TargetModel& target) {
  const int64_t count = target.config().num_layers;
  std::vector<int32_t> layers =
      config.layers.empty() ? OriginalFeatureLayers(count) : config.layers;
  for (const int32_t layer : layers) {
    if (layer >= 0 && layer < count - 1) continue;
    ThrowBadInput(path + "/config.json: key " + kReadingLayersKey + ": feature layer " +
                  std::to_string(layer) + " of the target (" + std::to_string(layer + 1) +
                  " by the layer that reads it) is not usable, expected 0 to " +
                  std::to_string(count - 2));
  }
  return layers;
}

}  // namespace

std::shared_ptr<const Eagle3Weights> Eagle3Weights::Load(ModelFolder& folder,
                                                         std::shared_ptr<const TargetModel> target,
                                                         const std::string& target_sha256,
                                                         WeightMode mode) {
  const Eagle3Config config = Eagle3Config::Read(folder);
  auto weights = std::make_shared<Eagle3Weights>();
  weights->config = config.common;
  weights->norm_before_residual = config.norm_before_residual;
  WeightSource source = weights->Open(folder, std::move(target), target_sha256);
  weights->layers = ResolveLayers(folder.path(), config, *weights->target);
  const int64_t hidden = config.common.shape.hidden;
  const auto features = static_cast<int64_t>(weights->layers.size()) * hidden;
  source.NameSize("the number of feature layers x hidden_size", features);
  weights->feature_projection =
      PackedMatrix::Pack(std::array{AllRows(source.Get("fc.weight", {hidden, features}))}, mode);
  const std::string prefix =
      source.Has("midlayer.self_attn.q_proj.weight") ? "midlayer." : "layers.0.";
  weights->LoadLayer(source, prefix, 2 * hidden, mode);
  weights->embedding_norm = weights->layer.attention_norm;
  weights->hidden_norm = source.Vector(prefix + "hidden_norm.weight", hidden);
  weights->final_norm = source.Vector("norm.weight", hidden);
  const bool shared = config.common.share_target_embeddings;
  const bool without_table = config.original && !source.Has("embed_tokens.weight");
  weights->LoadTables(source,
                      {.embedding = shared || without_table ? "" : "embed_tokens.weight",
                       .head = shared ? "" : "lm_head.weight"},
                      mode);
  source.RefuseUnused(weights->file->Names(), "this eagle3 drafter");
  return weights;
}

}  // namespace dsb
