// safetensors reader, one file or a sharded folder (formats.md 2), every rule of the format
// checked.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "engines/model_files/tensor.h"

namespace dsb {

class Safetensors {
 public:
  // `path` is a .safetensors file, or a folder with model.safetensors or
  // model.safetensors.index.json. kResource if a file is missing, kBadInput (file, place, found,
  // expected) if it breaks a rule.
  static Safetensors Open(const std::string& path);
  // For fuzzing and tests: one file's bytes, which outlive the object.
  static Safetensors Parse(std::span<const std::byte> bytes, const std::string& name);

  const StoredTensor* Find(
      std::string_view name) const;  // float tensors (F32, F16, BF16); null if absent
  const std::vector<int64_t>* FindInts(
      std::string_view name) const;  // I64, I32 and BOOL tensors, widened; null if absent
  // Tensors with a dimension of zero are legal in a file but never found here.
  const std::map<std::string, StoredTensor, std::less<>>& tensors() const { return tensors_; }
  // Throws kBadInput naming the tensor if a float is infinite or NaN. Weights are checked; fixtures
  // need not be.
  void CheckFinite() const;
  const std::string& path() const { return path_; }
  // What Open read: one file, or the shards in order of name.
  const std::vector<MappedFile>& files() const { return files_; }

 private:
  // Returns the names of all its tensors.
  std::vector<std::string> AddFile(std::span<const std::byte> bytes, const std::string& name);
  void AddShards(const std::string& folder, const std::string& index);
  std::string path_;
  std::vector<MappedFile> files_;
  std::map<std::string, StoredTensor, std::less<>> tensors_;
  std::map<std::string, std::vector<int64_t>, std::less<>> ints_;
};

}  // namespace dsb
