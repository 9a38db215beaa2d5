#include "engines/block_backbone/block_weights.h"

#include <array>
#include <iterator>

#include "base/error.h"
#include "engines/drafter_files/checkpoint.h"

namespace dsb {
namespace {

constexpr char kEmbedding[] = "embed_tokens.weight", kHead[] = "lm_head.weight";

}  // namespace

WeightSource BlockWeights::Load(ModelFolder& folder, std::shared_ptr<const TargetModel> for_target,
                                const std::string& target_sha256, WeightMode mode) {
  const std::string& path = folder.path();
  target = std::move(for_target);
  CheckDrafterTarget(path,
                     {.hidden_size = config.shape.hidden,
                      .vocab_size = config.vocab_size,
                      .num_layers = config.num_target_layers,
                      .sha256 = config.target_sha256},
                     *target, target_sha256);
  CheckFeatureLayers(path, config, target->config().num_layers);
  CheckDrafterWindow(path, config.window, *target);
  file = std::make_shared<const Safetensors>(Safetensors::Open(folder));
  WeightSource source = DrafterWeights(path, file);
  source.NameSizes(FolderSizeNames(config.shape, {"num_hidden_layers", config.num_layers}));
  source.NameSize("vocab_size", config.vocab_size);
  if (config.draft_vocab_size != config.vocab_size) {
    source.NameSize("draft_vocab_size", config.draft_vocab_size);
  }
  source.NameSize("the number of " + config.layers_key + " x hidden_size",
                  std::ssize(config.target_layers) * config.shape.hidden);
  target_ids = DraftVocabulary(*file, config.draft_vocab_size, config.vocab_size, source, folder);
  LoadLayers(source, mode);
  LoadTables(source, mode);
  return source;
}

void BlockWeights::LoadLayers(const WeightSource& source, WeightMode mode) {
  const LayerShape& shape = config.shape;
  const auto features = static_cast<int64_t>(config.target_layers.size()) * shape.hidden;
  feature_projection = PackedMatrix::Pack(
      std::array{AllRows(source.Get("fc.weight", {shape.hidden, features}))}, mode);
  feature_norm = source.Vector("hidden_norm.weight", shape.hidden);
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    const LayerNames names = HuggingFaceLayerNames("layers." + std::to_string(layer) + ".");
    layers.push_back(LoadDecoderLayer({.source = &source,
                                       .shape = &shape,
                                       .qk_norm = true,
                                       .neighbour_rope = false,
                                       .mode = mode},
                                      names));
    context_kv.push_back(PackedMatrix::Pack(
        std::array{AllRows(source.Get(names.k, {shape.kv_width(), shape.hidden})),
                   AllRows(source.Get(names.v, {shape.kv_width(), shape.hidden}))},
        mode));
  }
  final_norm = source.Vector("norm.weight", shape.hidden);
}

void BlockWeights::LoadTables(const WeightSource& source, WeightMode mode) {
  const int64_t hidden = config.shape.hidden;
  if (config.share_target_embeddings) AllowSharedCopies(*file, *target, target_ids, source);
  const auto has_own = [&](const char* name) {
    return config.tables_as_stored ? source.Has(name) : !config.share_target_embeddings;
  };
  embedding = has_own(kEmbedding) ? Embedding(source.Get(kEmbedding, {config.vocab_size, hidden}))
                                  : target->embedding();
  if (has_own(kHead)) {
    const StoredTensor& head = source.Get(kHead, {config.draft_vocab_size, hidden});
    own_head_ = PackedMatrix::Pack(std::array{AllRows(head)}, mode);
  } else if (target_ids.empty()) {
    shares_whole_head_ = true;
  } else {
    StoredRows head = AllRows(target->head_tensor());
    head.order = target_ids;
    own_head_ = PackedMatrix::Pack(std::array{head}, target->mode());
  }
  if (config.mask_token) {
    mask_embedding.resize(static_cast<size_t>(hidden));
    embedding.Lookup(*config.mask_token, mask_embedding);
  } else if (!source.Has("mask_embedding")) {
    ThrowBadInput(
        source.file() +
        "/config.json: key mask_token_id is missing, expected it where there is no tensor "
        "mask_embedding");
  } else {
    mask_embedding = source.Vector("mask_embedding", hidden);
  }
}

int64_t BlockWeights::bytes_per_draft() const {
  int64_t bytes = feature_projection.bytes() + head().bytes();
  for (size_t i = 0; i < layers.size(); ++i) {
    bytes += layers[i].weight_bytes() + context_kv[i].bytes();
  }
  return bytes;
}

int64_t BlockWeights::multiply_adds_row() const {
  int64_t sum = head().multiply_adds();
  for (const DecoderLayer& layer : layers) sum += layer.multiply_adds();
  return sum;
}

}  // namespace dsb
