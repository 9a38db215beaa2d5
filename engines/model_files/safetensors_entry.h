// One tensor's record in a safetensors header (formats.md 2): dtype, shape and byte range, checked
// against each other. Internal to the safetensors reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/tensor_type.h"

namespace dsb {

struct SafetensorsEntry {
  std::string name;
  std::optional<TensorType> type;  // F32, F16 or BF16; absent: integers of `int_bytes`
  uint64_t int_bytes = 0;          // 1 for BOOL, 4 for I32, 8 for I64
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // bytes from the end of the header
  uint64_t end = 0;
  std::span<const std::byte> bytes;  // set once the range is known to lie in the file

  bool is_empty() const { return begin == end; }  // a dimension of zero
};

// Every tensor of a file's bytes, in file order. Throws kBadInput "NAME: PLACE: ...".
std::vector<SafetensorsEntry> ReadSafetensorsEntries(std::span<const std::byte> file,
                                                     const std::string& name);

}  // namespace dsb
