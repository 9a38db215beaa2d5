#include "engines/target_model/target_model.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "engines/target_model/gguf_keys.h"
#include "engines/target_model/hf_config.h"
#include "engines/transformer/weight_source.h"

namespace dsb {
namespace {

constexpr char kFolderEmbedding[] = "model.embed_tokens.weight", kFolderHead[] = "lm_head.weight";

std::vector<std::string> NamesOf(const GgufFile& file) {
  std::vector<std::string> names;
  for (const StoredTensor& tensor : file.tensors()) names.push_back(tensor.name);
  return names;
}

// One of the two must be the other, or there must be two.
void CheckHead(const std::string& path, const Safetensors& file, bool tied,
               const WeightSource& weights) {
  const StoredTensor *embedding = file.Find(kFolderEmbedding), *head = file.Find(kFolderHead);
  const std::string tensor = path + ": tensor " + kFolderHead;
  if (!tied && head == nullptr) {
    ThrowBadInput(tensor + " is missing, expected it where key tie_word_embeddings is not true");
  }
  if (!tied || head == nullptr) return;
  weights.MarkUsed(kFolderHead);
  const bool same = embedding != nullptr && embedding->type == head->type &&
                    embedding->shape == head->shape &&
                    std::equal(embedding->bytes.begin(), embedding->bytes.end(),
                               head->bytes.begin(), head->bytes.end());
  if (same) return;
  ThrowBadInput(tensor + " differs from " + kFolderEmbedding +
                ", expected the same or none where key tie_word_embeddings is true");
}

// Computed from the configuration by everybody; old files store them all the same.
void MarkRotaryBuffers(const Safetensors& file, const WeightSource& weights) {
  for (const auto& entry : file.tensors()) {
    if (entry.first.ends_with("rotary_emb.inv_freq")) weights.MarkUsed(entry.first);
  }
}

}  // namespace

struct TargetModel::Source {
  WeightSource weights;
  std::function<LayerNames(int64_t)> layer_names;
  std::string embedding, head, final_norm;
  bool neighbour_rope = false;
};

void TargetModel::Load(const Source& source) {
  const LayerShape& shape = config_.shape;
  for (int64_t layer = 0; layer < config_.num_layers; ++layer) {
    layers_.push_back(LoadDecoderLayer({.source = &source.weights,
                                        .shape = &shape,
                                        .qk_norm = config_.qk_norm,
                                        .neighbour_rope = source.neighbour_rope,
                                        .mode = mode_},
                                       source.layer_names(layer)));
  }
  final_norm_ = source.weights.Vector(source.final_norm, shape.hidden);
  const std::vector<int64_t> table_shape = {config_.vocab_size, shape.hidden};
  const StoredTensor& embedding = source.weights.Get(source.embedding, table_shape);
  embedding_ = Embedding(embedding);
  head_tensor_ = config_.tied_head ? &embedding : &source.weights.Get(source.head, table_shape);
  head_ = PackedMatrix::Pack(std::array{AllRows(*head_tensor_)}, mode_);
  rope_ = std::make_unique<RopeTable>(config_.rope_frequencies, config_.context_tokens);
}

std::shared_ptr<const TargetModel> TargetModel::FromGguf(std::shared_ptr<const GgufFile> file,
                                                         WeightMode mode) {
  auto model = std::make_shared<TargetModel>();
  model->config_ = ConfigFromGguf(*file);
  model->mode_ = mode;
  model->file_ = file;
  model->warnings_ = file->warnings();
  for (std::string& warning : CheckGgufKeys(*file, model->config_.architecture)) {
    model->warnings_.push_back(std::move(warning));
  }
  WeightSource weights(file->path(), [&file](const std::string& name) { return file->Find(name); });
  const ModelConfig& config = model->config_;
  weights.NameSizes(GgufSizeNames(config.architecture + ".", config.shape, config.num_layers));
  weights.MarkUsed("rope_freqs.weight");  // in the configuration's frequencies
  model->Load({.weights = weights,
               .layer_names = GgufLayerNames,
               .embedding = "token_embd.weight",
               .head = "output.weight",
               .final_norm = "output_norm.weight",
               .neighbour_rope = model->config_.architecture == "llama"});
  weights.RefuseUnused(NamesOf(*file), "a " + model->config_.architecture + " model");
  return model;
}

std::shared_ptr<const TargetModel> TargetModel::FromFolder(const std::string& path,
                                                           WeightMode mode) {
  ModelFolder folder(path);
  auto file = std::make_shared<const Safetensors>(Safetensors::Open(folder));
  return FromFolder(folder, std::move(file), mode);
}

std::shared_ptr<const TargetModel> TargetModel::FromFolder(ModelFolder& folder,
                                                           std::shared_ptr<const Safetensors> file,
                                                           WeightMode mode) {
  auto model = std::make_shared<TargetModel>();
  model->config_ = ConfigFromFolder(folder);
  model->mode_ = mode;
  model->file_ = file;
  WeightSource weights(folder.path(),
                       [&file](const std::string& name) { return file->Find(name); });
  const ModelConfig& config = model->config_;
  weights.NameSizes(FolderSizeNames(config.shape, {"num_hidden_layers", config.num_layers}));
  weights.NameSize("vocab_size", config.vocab_size);
  CheckHead(folder.path(), *file, model->config_.tied_head, weights);
  MarkRotaryBuffers(*file, weights);
  model->Load({.weights = weights,
               .layer_names =
                   [](int64_t layer) {
                     return HuggingFaceLayerNames("model.layers." + std::to_string(layer) + ".");
                   },
               .embedding = kFolderEmbedding,
               .head = kFolderHead,
               .final_norm = "model.norm.weight",
               .neighbour_rope = false});
  weights.RefuseUnused(file->Names(), "a " + model->config_.architecture + " model");
  return model;
}

int64_t TargetModel::weight_bytes_per_pass() const {
  int64_t bytes = head_.bytes();
  for (const DecoderLayer& layer : layers_) bytes += layer.weight_bytes();
  return bytes;
}

int64_t TargetModel::flops_per_token() const {
  int64_t multiply_adds = head_.multiply_adds();
  for (const DecoderLayer& layer : layers_) multiply_adds += layer.multiply_adds();
  return 2 * multiply_adds;
}

}  // namespace dsb
