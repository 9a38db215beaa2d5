#include "engines/export/drafter_source.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/half.h"
#include "base/sha256.h"

namespace dsb {

FloatTensor Bf16Tensor(const StoredTensor& tensor) {
  FloatTensor floats;
  floats.shape = tensor.shape;
  const int64_t rows = tensor.rows(), cols = tensor.cols();
  const int64_t row_bytes = RowBytes(tensor.type, cols);
  floats.values.resize(static_cast<size_t>(rows * cols));
  for (int64_t row = 0; row < rows; ++row) {
    DequantizeRow(tensor.type, tensor.bytes.data() + row * row_bytes,
                  std::span(floats.values)
                      .subspan(static_cast<size_t>(row * cols), static_cast<size_t>(cols)));
  }
  for (float& value : floats.values) value = FloatFromBf16(Bf16FromFloat(value));
  return floats;
}

DrafterSource::DrafterSource(std::string name, const std::string& folder, const std::string& target)
    : name_(std::move(name)),
      folder_(folder),
      config_(JsonConfig::Read(folder_, "config.json")),
      weights_(Safetensors::Open(folder_)),
      target_(std::make_unique<GgufFile>(target)),
      tokenizer_(*target_) {
  const std::optional<JsonConfig> stated = config_.Object("target");
  const std::string wanted = stated ? stated->StringOr("sha256", "") : "";
  const std::string found = Sha256Hex(target_->bytes());
  if (!wanted.empty() && wanted != found) {
    ThrowBadInput(target + ": found sha256 " + found + ", expected " + wanted +
                  ", the target that " + folder + " was trained on");
  }
}

std::vector<std::string> DrafterSource::TensorNames() const {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : weights_.tensors()) names.push_back(name);
  return names;
}

FloatTensor DrafterSource::Tensor(const std::string& tensor) const {
  const StoredTensor* const found = weights_.Find(tensor);
  if (found == nullptr) {
    ThrowBadInput(weights_.path() + ": found no tensor " + tensor + ", which this form needs");
  }
  return Bf16Tensor(*found);
}

std::vector<int64_t> DrafterSource::DraftIds() const {
  const std::vector<int64_t>* const offsets = weights_.FindInts("d2t");
  if (offsets == nullptr) ThrowBadInput(weights_.path() + ": found no tensor d2t");
  std::vector<int64_t> ids(offsets->size());
  const int64_t vocabulary = tokenizer_.vocab_size();
  for (size_t i = 0; i < ids.size(); ++i) {
    ids[i] = static_cast<int64_t>(i) + (*offsets)[i];
    if (ids[i] < 0 || ids[i] >= vocabulary) {
      ThrowBadInput(weights_.path() + ": tensor d2t: found id " + std::to_string(ids[i]) +
                    ", expected one below " + std::to_string(vocabulary));
    }
  }
  return ids;
}

FloatTensor DrafterSource::Embedding() const {
  const StoredTensor* const table = target_->Find("token_embd.weight");
  if (table == nullptr) ThrowBadInput(target_->path() + ": found no tensor token_embd.weight");
  return Bf16Tensor(*table);
}

FloatTensor DrafterSource::Head() const {
  const StoredTensor* const own = target_->Find("output.weight");
  const FloatTensor table = own == nullptr ? Embedding() : Bf16Tensor(*own);
  const std::vector<int64_t> ids = DraftIds();
  const int64_t cols = table.shape.back();
  FloatTensor head;
  head.shape = {static_cast<int64_t>(ids.size()), cols};
  for (const int64_t id : ids) {
    const auto row = table.values.begin() + id * cols;
    head.values.insert(head.values.end(), row, row + cols);
  }
  return head;
}

FloatTensor DrafterSource::MaskedEmbedding(int64_t mask_id) const {
  FloatTensor table = Embedding();
  const FloatTensor mask = Tensor("mask_embedding");
  if (static_cast<int64_t>(mask.values.size()) != table.shape.back()) {
    ThrowBadInput(weights_.path() + ": tensor mask_embedding: found " +
                  std::to_string(mask.values.size()) + " values, expected " +
                  std::to_string(table.shape.back()));
  }
  std::copy(mask.values.begin(), mask.values.end(),
            table.values.begin() + mask_id * table.shape.back());
  return table;
}

int64_t DrafterSource::MaskId() const {
  int64_t found = -1;
  for (int32_t id = 0; id < tokenizer_.vocab_size(); ++id) {
    if (tokenizer_.IsControl(id) && id != bos_id() && id != eos_id()) found = id;
  }
  if (found < 0) ThrowBadInput(target_->path() + ": found no control token to be the mask's");
  return found;
}

int64_t DrafterSource::context_tokens() const {
  return target_->Int(target_->String("general.architecture") + ".context_length");
}

double DrafterSource::rope_theta() const {
  const std::optional<JsonConfig> rope = config_.Object("rope_parameters");
  return rope ? rope->FloatOr("rope_theta", 10000) : config_.FloatOr("rope_theta", 10000);
}

}  // namespace dsb
