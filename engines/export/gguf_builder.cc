#include "engines/export/gguf_builder.h"

#include <cstring>
#include <ostream>
#include <utility>

#include "base/error.h"
#include "engines/model_files/gguf_cursor.h"
#include "engines/model_files/gguf_values.h"

namespace dsb {
namespace {

constexpr uint64_t kAlignment = 32;
constexpr uint32_t kVersion = 3, kTypeF32 = 0, kTypeI64 = 27;  // ggml's ids

template <typename T>
std::string Raw(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string RawString(std::string_view text) {
  return Raw(uint64_t{text.size()}) + std::string(text);
}

uint64_t Padded(uint64_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

template <typename T>
void WriteArray(std::ostream& out, const std::vector<T>& values) {
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
}

}  // namespace

uint64_t GgufBuilder::Tensor::num_bytes() const {
  return floats.size() * sizeof(float) + integers.size() * sizeof(int64_t);
}

void GgufBuilder::AddPair(std::string_view key, uint32_t type, std::string_view value) {
  pairs_ += RawString(key) + Raw(type);
  pairs_ += value;
  ++num_pairs_;
}

void GgufBuilder::AddString(std::string_view key, std::string_view value) {
  AddPair(key, static_cast<uint32_t>(GgufType::kString), RawString(value));
}
void GgufBuilder::AddCount(std::string_view key, uint32_t value) {
  AddPair(key, static_cast<uint32_t>(GgufType::kU32), Raw(value));
}
void GgufBuilder::AddFloat(std::string_view key, float value) {
  AddPair(key, static_cast<uint32_t>(GgufType::kF32), Raw(value));
}
void GgufBuilder::AddBool(std::string_view key, bool value) {
  AddPair(key, static_cast<uint32_t>(GgufType::kBool), Raw(static_cast<uint8_t>(value)));
}
void GgufBuilder::AddInts(std::string_view key, const std::vector<int32_t>& values) {
  std::string encoded = Raw(static_cast<uint32_t>(GgufType::kI32)) + Raw(uint64_t{values.size()});
  for (const int32_t value : values) encoded += Raw(value);
  AddPair(key, static_cast<uint32_t>(GgufType::kArray), encoded);
}

void GgufBuilder::CopyPairs(const GgufFile& file, std::string_view prefix) {
  GgufCursor cursor(file.bytes(), file.path());
  cursor.Read<uint32_t>("the magic");
  cursor.Read<uint32_t>("the version");
  cursor.Read<uint64_t>("the tensor count");
  const auto count = cursor.Read<uint64_t>("the key count");
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t begin = cursor.position();
    const GgufPair pair = ReadGgufPair(cursor, i);
    if (!pair.key.starts_with(prefix)) continue;
    pairs_.append(reinterpret_cast<const char*>(file.bytes().data()) + begin,
                  cursor.position() - begin);
    ++num_pairs_;
  }
}

void GgufBuilder::AddTensor(std::string_view name, std::vector<int64_t> shape,
                            std::vector<float> values) {
  int64_t size = 1;
  for (const int64_t dim : shape) size *= dim;
  DSB_CHECK(static_cast<size_t>(size) == values.size());
  tensors_.push_back({.name = std::string(name),
                      .shape = std::move(shape),
                      .floats = std::move(values),
                      .integers = {}});
}

void GgufBuilder::AddIntegers(std::string_view name, std::vector<int64_t> values) {
  tensors_.push_back({.name = std::string(name),
                      .shape = {static_cast<int64_t>(values.size())},
                      .floats = {},
                      .integers = std::move(values)});
}

void GgufBuilder::Write(std::ostream& out) const {
  std::string head = "GGUF" + Raw(kVersion) + Raw(uint64_t{tensors_.size()}) + Raw(num_pairs_);
  head += pairs_;
  uint64_t offset = 0;
  for (const Tensor& tensor : tensors_) {
    head += RawString(tensor.name) + Raw(static_cast<uint32_t>(tensor.shape.size()));
    for (auto dim = tensor.shape.rbegin(); dim != tensor.shape.rend(); ++dim) {
      head += Raw(static_cast<uint64_t>(*dim));  // fastest first
    }
    head += Raw(tensor.integers.empty() ? kTypeF32 : kTypeI64) + Raw(offset);
    offset += Padded(tensor.num_bytes());
  }
  head.resize(Padded(head.size()), '\0');
  out << head;
  for (const Tensor& tensor : tensors_) {
    WriteArray(out, tensor.floats);
    WriteArray(out, tensor.integers);
    out << std::string(Padded(tensor.num_bytes()) - tensor.num_bytes(), '\0');
  }
}

}  // namespace dsb
