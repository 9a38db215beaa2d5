// Writes a GGUF v3 file (formats.md 1.1): pairs and tensors in the order in which they are added.
// Float tensors are stored as F32.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "engines/model_files/gguf.h"

namespace dsb {

class GgufBuilder {
 public:
  void AddString(std::string_view key, std::string_view value);
  void AddCount(std::string_view key, uint32_t value);
  void AddFloat(std::string_view key, float value);
  void AddBool(std::string_view key, bool value);
  void AddInts(std::string_view key, const std::vector<int32_t>& values);
  // Every pair of `file` whose key begins so, byte for byte.
  void CopyPairs(const GgufFile& file, std::string_view prefix);
  // `shape` slowest first, as PyTorch has it.
  void AddTensor(std::string_view name, std::vector<int64_t> shape, std::vector<float> values);
  void AddIntegers(std::string_view name, std::vector<int64_t> values);
  void Write(std::ostream& out) const;

 private:
  struct Tensor {
    std::string name;
    std::vector<int64_t> shape;
    std::vector<float> floats;
    std::vector<int64_t> integers;  // if not empty
    uint64_t num_bytes() const;
  };
  void AddPair(std::string_view key, uint32_t type, std::string_view value);
  std::string pairs_;
  uint64_t num_pairs_ = 0;
  std::vector<Tensor> tensors_;
};

}  // namespace dsb
