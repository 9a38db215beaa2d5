#include "engines/target_model/target_model.h"

#include <array>
#include <utility>

#include "engines/target_model/hf_config.h"
#include "engines/target_model/unknown_tensors.h"
#include "engines/transformer/weight_source.h"

namespace dsb {

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
  for (std::string& warning : CheckUnknownTensors(*file, model->config_.num_layers)) {
    model->warnings_.push_back(std::move(warning));
  }
  model->Load({.weights = WeightSource(
                   file->path(), [&file](const std::string& name) { return file->Find(name); }),
               .layer_names = GgufLayerNames,
               .embedding = "token_embd.weight",
               .head = "output.weight",
               .final_norm = "output_norm.weight",
               .neighbour_rope = true});
  return model;
}

std::shared_ptr<const TargetModel> TargetModel::FromFolder(const std::string& path,
                                                           WeightMode mode) {
  return FromFolder(path, std::make_shared<const Safetensors>(Safetensors::Open(path)), mode);
}

std::shared_ptr<const TargetModel> TargetModel::FromFolder(const std::string& path,
                                                           std::shared_ptr<const Safetensors> file,
                                                           WeightMode mode) {
  auto model = std::make_shared<TargetModel>();
  model->config_ = ConfigFromFolder(path);
  model->mode_ = mode;
  model->file_ = file;
  model->Load(
      {.weights = WeightSource(path, [&file](const std::string& name) { return file->Find(name); }),
       .layer_names =
           [](int64_t layer) {
             return HuggingFaceLayerNames("model.layers." + std::to_string(layer) + ".");
           },
       .embedding = "model.embed_tokens.weight",
       .head = "lm_head.weight",
       .final_norm = "model.norm.weight",
       .neighbour_rope = false});
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
