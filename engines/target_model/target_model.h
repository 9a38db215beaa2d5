// A target's weights, packed for this machine. Immutable and shareable; the runner holds what
// changes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engines/model_files/gguf.h"
#include "engines/model_files/model_folder.h"
#include "engines/model_files/safetensors.h"
#include "engines/target_model/model_config.h"
#include "engines/transformer/decoder_layer.h"
#include "engines/transformer/embedding.h"
#include "kernels/packed_matrix.h"
#include "kernels/rope.h"

namespace dsb {

class TargetModel {
 public:
  // kBadInput naming the file and tensor if one is missing, of another shape or of a kind that
  // changes the maths.
  static std::shared_ptr<const TargetModel> FromGguf(std::shared_ptr<const GgufFile> file,
                                                     WeightMode mode);
  // A Hugging Face folder: config.json (model_type llama or qwen3) with safetensors.
  static std::shared_ptr<const TargetModel> FromFolder(const std::string& path, WeightMode mode);
  // The same with the folder's weights already open.
  static std::shared_ptr<const TargetModel> FromFolder(ModelFolder& folder,
                                                       std::shared_ptr<const Safetensors> file,
                                                       WeightMode mode);

  const ModelConfig& config() const { return config_; }
  WeightMode mode() const { return mode_; }
  // What looked odd in the file and was ignored; one line each, without the file's name.
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<DecoderLayer>& layers() const { return layers_; }
  const std::vector<float>& final_norm() const { return final_norm_; }
  const PackedMatrix& head() const { return head_; }
  const Embedding& embedding() const { return embedding_; }
  // The stored head rows, for drafters that share them.
  const StoredTensor& head_tensor() const { return *head_tensor_; }
  const RopeTable& rope() const { return *rope_; }
  // Weight bytes that one pass reads, as packed: all matrices with the head once.
  int64_t weight_bytes_per_pass() const;
  // Of the same matrices, two a multiply-add; attention, which grows with the context, left out.
  int64_t flops_per_token() const;

 private:
  // Where a tensor of the common structure is found, and how its q and k rows are ordered.
  struct Source;
  void Load(const Source& source);

  ModelConfig config_;
  WeightMode mode_ = WeightMode::kStored;
  std::variant<std::shared_ptr<const GgufFile>, std::shared_ptr<const Safetensors>> file_;
  std::vector<DecoderLayer> layers_;
  std::vector<float> final_norm_;
  PackedMatrix head_;
  Embedding embedding_;
  const StoredTensor* head_tensor_ = nullptr;
  std::unique_ptr<RopeTable> rope_;
  std::vector<std::string> warnings_;
};

}  // namespace dsb
