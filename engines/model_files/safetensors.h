// safetensors reader, one file or a sharded folder (formats.md 2), every rule of the format
// checked.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "engines/model_files/tensor.h"

namespace dsb {

class ModelFolder;

// A tensor of integers, widened.
struct StoredIntegers {
  std::vector<int64_t> values;
  std::vector<int64_t> shape;
  bool booleans = false;  // BOOL; else I64 or I32
};

class Safetensors {
 public:
  // `path` is a .safetensors file, or a folder with model.safetensors or
  // model.safetensors.index.json. kResource if a file is missing, kBadInput (file, place, found,
  // expected) if it breaks a rule.
  static Safetensors Open(const std::string& path);
  // A model's folder. With both forms of the weights in it, model.safetensors is read, and the
  // shards must hold the same. kBadInput on what would change the model beside its weights.
  static Safetensors Open(ModelFolder& folder);
  // For fuzzing and tests: one file's bytes, which outlive the object.
  static Safetensors Parse(std::span<const std::byte> bytes, const std::string& name);

  const StoredTensor* Find(
      std::string_view name) const;  // float tensors (F32, F16, BF16); null if absent
  const StoredIntegers* FindIntegers(
      std::string_view name) const;  // I64, I32 and BOOL tensors; null if absent
  const std::vector<int64_t>* FindInts(std::string_view name) const;  // their values
  // Tensors with a dimension of zero are legal in a file but never found here.
  const std::map<std::string, StoredTensor, std::less<>>& tensors() const { return tensors_; }
  // Throws kBadInput naming the tensor if a float is infinite or NaN. Weights are checked; fixtures
  // need not be.
  void CheckFinite() const;
  // Of every tensor with a value, in order: floats, then integers.
  std::vector<std::string> Names() const;
  const std::string& path() const { return path_; }
  // Of what Open read in a folder: model.safetensors, or the shards in order.
  const std::vector<std::string>& file_names() const { return file_names_; }

 private:
  static Safetensors OpenWhole(ModelFolder& folder);
  static Safetensors OpenShards(ModelFolder& folder);
  // Returns the names of all its tensors.
  std::vector<std::string> AddFile(std::span<const std::byte> bytes, const std::string& name);
  std::string path_;
  std::vector<std::shared_ptr<const MappedFile>> files_;
  std::vector<std::string> file_names_;
  std::map<std::string, StoredTensor, std::less<>> tensors_;
  std::map<std::string, StoredIntegers, std::less<>> ints_;
};

}  // namespace dsb
