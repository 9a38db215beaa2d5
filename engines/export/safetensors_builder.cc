#include "engines/export/safetensors_builder.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "base/error.h"
#include "base/half.h"

namespace dsb {
namespace {

constexpr size_t kHeaderStep = 8;  // the data begins at a multiple

}  // namespace

void SafetensorsBuilder::AddTensor(std::string_view name, std::vector<int64_t> shape,
                                   const std::vector<float>& values) {
  int64_t size = 1;
  for (const int64_t dim : shape) size *= dim;
  DSB_CHECK(static_cast<size_t>(size) == values.size());
  Tensor& tensor = tensors_.emplace_back();
  tensor.name = name;
  tensor.type = "BF16";
  tensor.shape = std::move(shape);
  tensor.bytes.resize(values.size() * sizeof(uint16_t));
  for (size_t i = 0; i < values.size(); ++i) {
    const uint16_t bits = Bf16FromFloat(values[i]);
    std::memcpy(tensor.bytes.data() + i * sizeof bits, &bits, sizeof bits);
  }
}

void SafetensorsBuilder::AddIntegers(std::string_view name, const std::vector<int64_t>& values) {
  Tensor& tensor = tensors_.emplace_back();
  tensor.name = name;
  tensor.type = "I64";
  tensor.shape = {static_cast<int64_t>(values.size())};
  tensor.bytes.resize(values.size() * sizeof(int64_t));
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
}

void SafetensorsBuilder::Write(std::ostream& out) const {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};
  size_t offset = 0;
  for (const Tensor& tensor : tensors_) {
    header[tensor.name] = {{"dtype", tensor.type},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + kHeaderStep - 1) / kHeaderStep * kHeaderStep, ' ');
  const auto size = static_cast<uint64_t>(text.size());
  out.write(reinterpret_cast<const char*>(&size), sizeof size);
  out << text;
  for (const Tensor& tensor : tensors_) out << tensor.bytes;
}

}  // namespace dsb
