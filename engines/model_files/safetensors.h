// safetensors reader, one file or a sharded folder (formats.md 2), every rule of the format checked.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "engines/model_files/tensor.h"

namespace dsb {

class Safetensors {
 public:
  // `path` is a .safetensors file, or a folder with model.safetensors or model.safetensors.index.json.
  static Safetensors Open(const std::string& path);
  // For fuzzing and tests: one file's bytes, which outlive the object.
  static Safetensors Parse(std::span<const std::byte> bytes, const std::string& name);

  const StoredTensor* Find(std::string_view name) const;        // float tensors (F32, F16, BF16); null if absent
  const std::vector<int64_t>* FindInts(std::string_view name) const;  // I64 and I32 tensors, widened; null if absent
  const std::map<std::string, StoredTensor, std::less<>>& tensors() const { return tensors_; }
  const std::string& path() const { return path_; }

 private:
  void AddFile(std::span<const std::byte> bytes, const std::string& name);
  std::string path_;
  std::vector<MappedFile> files_;
  std::map<std::string, StoredTensor, std::less<>> tensors_;
  std::map<std::string, std::vector<int64_t>, std::less<>> ints_;
};

}  // namespace dsb
