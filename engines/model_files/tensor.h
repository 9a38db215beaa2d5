// One named tensor of a model file, as the file stores it. The bytes belong to the file object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/tensor_type.h"

namespace dsb {

struct StoredTensor {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<int64_t>
      shape;  // row-major, as PyTorch writes it: {out, in} for a linear layer, slowest first
  std::span<const std::byte> bytes;

  int64_t cols() const { return shape.empty() ? 1 : shape.back(); }
  int64_t rows() const {  // product of all but the last dimension
    int64_t product = 1;
    for (size_t i = 0; i + 1 < shape.size(); ++i) product *= shape[i];
    return product;
  }
};

}  // namespace dsb
