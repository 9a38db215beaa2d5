// Named tensors of a model file with their shapes checked, and the steps from there to packed
// weights.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engines/model_files/tensor.h"
#include "engines/transformer/decoder_layer.h"
#include "engines/transformer/size_names.h"
#include "kernels/packed_matrix.h"

namespace dsb {

// Remembers what was asked for: a tensor that nobody asks for would change what the file's own
// program computes. Copies share that memory.
class WeightSource {
 public:
  using Finder = std::function<const StoredTensor*(const std::string&)>;
  // `file` stands in messages.
  WeightSource(std::string file, Finder find)
      : file_(std::move(file)),
        find_(std::move(find)),
        used_(std::make_shared<std::set<std::string, std::less<>>>()) {}

  // What the configuration beside the file says: messages name the keys that a tensor contradicts.
  void NameSizes(SizeNames sizes) { sizes_ = std::move(sizes); }
  void NameSize(std::string key, int64_t size) { sizes_.sizes.push_back({std::move(key), size}); }

  // kBadInput naming file, tensor, found and expected shape.
  const StoredTensor& Get(const std::string& name, const std::vector<int64_t>& shape) const;
  // A float vector of `size` elements.
  std::vector<float> Vector(const std::string& name, int64_t size) const;
  const std::string& file() const { return file_; }
  bool Has(const std::string& name) const { return find_(name) != nullptr; }
  // For tensors that are read elsewhere, or whose absence was made sure of to change nothing.
  void MarkUsed(const std::string& name) const { used_->insert(name); }
  // kBadInput naming the first of the file's tensors that nobody asked for; `model` says what they
  // are not part of.
  void RefuseUnused(std::span<const std::string> names, const std::string& model) const;

 private:
  std::string file_;
  Finder find_;
  SizeNames sizes_;
  std::shared_ptr<std::set<std::string, std::less<>>> used_;
};

StoredRows AllRows(const StoredTensor& tensor);

// Tensor names of one decoder layer.
struct LayerNames {
  std::string attention_norm, q, k, v, q_norm, k_norm, attention_output, mlp_norm, gate, up, down;
};
LayerNames HuggingFaceLayerNames(const std::string& prefix);  // prefix "model.layers.3."
LayerNames GgufLayerNames(int64_t layer);

// Rows of a GGUF `llama` q or k matrix in rotate-half order (formats.md 1.4).
std::vector<int32_t> RotateHalfOrder(int64_t num_heads, int64_t head_dim);

struct LayerLoad {
  const WeightSource* source = nullptr;
  const LayerShape* shape = nullptr;
  bool qk_norm = false;
  bool neighbour_rope = false;   // q and k rows are stored in neighbour order
  int64_t attention_inputs = 0;  // columns of q, k and v; 0: hidden
  WeightMode mode = WeightMode::kStored;
};
DecoderLayer LoadDecoderLayer(const LayerLoad& load, const LayerNames& names);

}  // namespace dsb
