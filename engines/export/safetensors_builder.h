// Writes a safetensors file (formats.md 2): floats as BF16, integers as I64, in the order in which
// they are added.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

class SafetensorsBuilder {
 public:
  void AddTensor(std::string_view name, std::vector<int64_t> shape,
                 const std::vector<float>& values);
  void AddIntegers(std::string_view name, const std::vector<int64_t>& values);
  void Write(std::ostream& out) const;

 private:
  struct Tensor {
    std::string name, type;
    std::vector<int64_t> shape;
    std::string bytes;
  };
  std::vector<Tensor> tensors_;
};

}  // namespace dsb
