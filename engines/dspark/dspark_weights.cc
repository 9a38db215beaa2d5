#include "engines/dspark/dspark_weights.h"

#include <array>

#include "base/error.h"
#include "engines/transformer/weight_source.h"

namespace dsb {
namespace {

void CheckTarget(const std::string& path, const DSparkConfig& config, const TargetModel& target,
                 const std::string& target_sha256) {
  const auto compare = [&path](const char* key, int64_t found, int64_t expected) {
    if (found == expected) return;
    ThrowBadInput(path + "/config.json: key " + key + " is " + std::to_string(found) +
                  ", expected " + std::to_string(expected) +
                  ", the target's: the drafter is for another target");
  };
  compare("hidden_size", config.shape.hidden, target.config().shape.hidden);
  compare("vocab_size", config.vocab_size, target.config().vocab_size);
  compare("num_target_layers", config.num_target_layers, target.config().num_layers);
  if (!config.target_sha256.empty() && !target_sha256.empty() &&
      config.target_sha256 != target_sha256) {
    ThrowBadInput(path + "/config.json: key target.sha256 is " + config.target_sha256 +
                  ", expected " + target_sha256 + ": the drafter is for another target");
  }
}

// target_id = draft_id + d2t[draft_id] (drafters.md 3.4): an offset, strictly increasing targets.
std::vector<int32_t> TargetIds(const Safetensors& file, const DSparkConfig& config) {
  if (config.draft_vocab_size == config.vocab_size) return {};
  const std::vector<int64_t>* offsets = file.FindInts("d2t");
  const auto size = static_cast<size_t>(config.draft_vocab_size);
  if (offsets == nullptr || offsets->size() != size) {
    ThrowBadInput(file.path() + ": tensor d2t: expected " + std::to_string(size) + " integers");
  }
  std::vector<int32_t> ids;
  for (size_t i = 0; i < size; ++i) {
    const int64_t offset = (*offsets)[i];
    const int64_t id = static_cast<int64_t>(i) + offset;
    if (offset < 0 || id >= config.vocab_size || (i > 0 && id <= ids.back())) {
      ThrowBadInput(file.path() + ": tensor d2t: element " + std::to_string(i) + " is " +
                    std::to_string(offset) + ", expected strictly increasing target ids below " +
                    std::to_string(config.vocab_size));
    }
    ids.push_back(static_cast<int32_t>(id));
  }
  return ids;
}

void LoadBackbone(const WeightSource& source, WeightMode mode, DSparkWeights& weights) {
  const DSparkConfig& config = weights.config;
  const LayerShape& shape = config.shape;
  const auto features = static_cast<int64_t>(config.target_layers.size()) * shape.hidden;
  weights.feature_projection = PackedMatrix::Pack(
      std::array{AllRows(source.Get("fc.weight", {shape.hidden, features}))}, mode);
  weights.feature_norm = source.Vector("hidden_norm.weight", shape.hidden);
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    const LayerNames names = HuggingFaceLayerNames("layers." + std::to_string(layer) + ".");
    weights.layers.push_back(LoadDecoderLayer({.source = &source,
                                               .shape = &shape,
                                               .qk_norm = true,
                                               .neighbour_rope = false,
                                               .mode = mode},
                                              names));
    weights.context_kv.push_back(PackedMatrix::Pack(
        std::array{AllRows(source.Get(names.k, {shape.kv_width(), shape.hidden})),
                   AllRows(source.Get(names.v, {shape.kv_width(), shape.hidden}))},
        mode));
  }
  weights.final_norm = source.Vector("norm.weight", shape.hidden);
}

void LoadEmbeddings(const WeightSource& source, WeightMode mode, DSparkWeights& weights) {
  const DSparkConfig& config = weights.config;
  const int64_t hidden = config.shape.hidden;
  const std::vector<int64_t> table_shape = {config.vocab_size, hidden};
  if (config.share_target_embeddings) {
    weights.embedding = weights.target->embedding();
    StoredRows head = AllRows(weights.target->head_tensor());
    head.order = weights.target_ids;
    weights.head = PackedMatrix::Pack(std::array{head}, weights.target->mode());
  } else {
    weights.embedding = Embedding(source.Get("embed_tokens.weight", table_shape));
    weights.head = PackedMatrix::Pack(
        std::array{AllRows(source.Get("lm_head.weight", {config.draft_vocab_size, hidden}))}, mode);
  }
  if (config.mask_token) {
    weights.mask_embedding.resize(static_cast<size_t>(hidden));
    weights.embedding.Lookup(*config.mask_token, weights.mask_embedding);
  } else {
    weights.mask_embedding = source.Vector("mask_embedding", hidden);
  }
}

void LoadSequentialHeads(const WeightSource& source, WeightMode mode, DSparkWeights& weights) {
  const DSparkConfig& config = weights.config;
  weights.markov_w1 = Embedding(
      source.Get("markov_head.markov_w1.weight", {config.vocab_size, config.markov_rank}));
  weights.markov_w2 = PackedMatrix::Pack(
      std::array{AllRows(source.Get("markov_head.markov_w2.weight",
                                    {config.draft_vocab_size, config.markov_rank}))},
      mode);
  if (!config.confidence_head) return;
  const int64_t inputs =
      config.shape.hidden + (config.confidence_with_markov ? config.markov_rank : 0);
  const StoredTensor& weight = source.Get("confidence_head.proj.weight", {1, inputs});
  weights.confidence_weight.resize(static_cast<size_t>(inputs));
  DequantizeRow(weight.type, weight.bytes.data(), weights.confidence_weight);
  weights.confidence_bias = source.Vector("confidence_head.proj.bias", 1)[0];
}

}  // namespace

std::shared_ptr<const DSparkWeights> DSparkWeights::Load(const std::string& path,
                                                         std::shared_ptr<const TargetModel> target,
                                                         const std::string& target_sha256,
                                                         WeightMode mode) {
  auto weights = std::make_shared<DSparkWeights>();
  weights->config = DSparkConfig::Read(path);
  weights->target = std::move(target);
  CheckTarget(path, weights->config, *weights->target, target_sha256);
  auto file = std::make_shared<const Safetensors>(Safetensors::Open(path));
  weights->file = file;
  file->CheckFinite();
  weights->target_ids = TargetIds(*file, weights->config);
  const WeightSource source(path, [&file](const std::string& name) { return file->Find(name); });
  LoadBackbone(source, mode, *weights);
  LoadEmbeddings(source, mode, *weights);
  LoadSequentialHeads(source, mode, *weights);
  return weights;
}

}  // namespace dsb
