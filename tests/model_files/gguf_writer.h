// Builds GGUF files in memory, right or deliberately wrong, for tests and fuzz targets. Not part of
// the product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/model_files/gguf_cursor.h"

namespace dsb {

template <typename T>
std::string Raw(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline std::string RawString(std::string_view text) {
  return Raw(uint64_t{text.size()}) + std::string(text);
}

inline std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

struct GgufWriter {
  struct Tensor {
    std::string name;
    std::vector<uint64_t> ne;  // fastest first, as the file writes it
    uint32_t type = 0;
    std::string data;
    std::optional<uint64_t> offset;  // written instead of the right one
  };

  std::string magic = "GGUF";
  uint32_t version = 3;
  std::optional<uint64_t> num_tensors;  // written instead of the right ones
  std::optional<uint64_t> num_pairs;
  uint64_t alignment = 32;
  std::vector<std::string> pairs;  // already encoded
  std::vector<Tensor> tensors;
  std::string tail;

  void Pair(std::string_view key, GgufType type, const std::string& value) {
    pairs.push_back(RawString(key) + Raw(static_cast<uint32_t>(type)) + value);
  }
  void String(std::string_view key, std::string_view value) {
    Pair(key, GgufType::kString, RawString(value));
  }
  void U32(std::string_view key, uint32_t value) { Pair(key, GgufType::kU32, Raw(value)); }
  void Strings(std::string_view key, const std::vector<std::string>& values) {
    std::string encoded =
        Raw(static_cast<uint32_t>(GgufType::kString)) + Raw(uint64_t{values.size()});
    for (const std::string& value : values) encoded += RawString(value);
    Pair(key, GgufType::kArray, encoded);
  }
  void I32s(std::string_view key, const std::vector<int32_t>& values) {
    std::string encoded = Raw(static_cast<uint32_t>(GgufType::kI32)) + Raw(uint64_t{values.size()});
    for (const int32_t value : values) encoded += Raw(value);
    Pair(key, GgufType::kArray, encoded);
  }

  std::string File() const {
    std::string file = magic + Raw(version) + Raw(num_tensors.value_or(tensors.size())) +
                       Raw(num_pairs.value_or(pairs.size()));
    for (const std::string& pair : pairs) file += pair;
    uint64_t offset = 0;
    for (const Tensor& tensor : tensors) {
      file += RawString(tensor.name) + Raw(static_cast<uint32_t>(tensor.ne.size()));
      for (const uint64_t dim : tensor.ne) file += Raw(dim);
      file += Raw(tensor.type) + Raw(tensor.offset.value_or(offset));
      offset += Padded(tensor.data.size());
    }
    file.resize(Padded(file.size()), '\0');
    for (const Tensor& tensor : tensors) {
      file += tensor.data;
      file.resize(Padded(file.size()), '\0');
    }
    return file + tail;
  }

 private:
  uint64_t Padded(uint64_t size) const { return (size + alignment - 1) / alignment * alignment; }
};

}  // namespace dsb
