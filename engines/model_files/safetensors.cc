#include "engines/model_files/safetensors.h"

#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/model_files/finite_check.h"
#include "engines/model_files/safetensors_entry.h"

namespace dsb {
namespace {

std::vector<int64_t> WidenIntegers(const SafetensorsEntry& entry) {
  std::vector<int64_t> values(entry.bytes.size() / entry.int_bytes);
  for (size_t i = 0; i < values.size(); ++i) {
    const std::byte* at = entry.bytes.data() + i * entry.int_bytes;
    if (entry.int_bytes == 1) {
      values[i] = std::to_integer<int64_t>(*at);
    } else if (entry.int_bytes == sizeof(int32_t)) {
      int32_t narrow = 0;
      std::memcpy(&narrow, at, sizeof narrow);
      values[i] = narrow;
    } else {
      std::memcpy(&values[i], at, sizeof values[i]);
    }
  }
  return values;
}

}  // namespace

Safetensors Safetensors::Parse(std::span<const std::byte> bytes, const std::string& name) {
  Safetensors result;
  result.path_ = name;
  result.AddFile(bytes, name);
  return result;
}

std::vector<std::string> Safetensors::AddFile(std::span<const std::byte> bytes,
                                              const std::string& name) {
  std::vector<std::string> names;
  for (SafetensorsEntry& entry : ReadSafetensorsEntries(bytes, name)) {
    names.push_back(entry.name);
    if (entry.is_empty()) continue;  // legal in the format, never a weight
    if (entry.type) {
      tensors_[entry.name] = {entry.name, *entry.type, std::move(entry.shape), entry.bytes};
    } else {
      std::vector<int64_t> values = WidenIntegers(entry);
      ints_[entry.name] = {.values = std::move(values),
                           .shape = std::move(entry.shape),
                           .booleans = entry.int_bytes == 1};
    }
  }
  return names;
}

const StoredTensor* Safetensors::Find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

const StoredIntegers* Safetensors::FindIntegers(std::string_view name) const {
  const auto found = ints_.find(name);
  return found == ints_.end() ? nullptr : &found->second;
}

const std::vector<int64_t>* Safetensors::FindInts(std::string_view name) const {
  const StoredIntegers* found = FindIntegers(name);
  return found == nullptr ? nullptr : &found->values;
}

std::vector<std::string> Safetensors::Names() const {
  std::vector<std::string> names;
  for (const auto& entry : tensors_) names.push_back(entry.first);
  for (const auto& entry : ints_) names.push_back(entry.first);
  return names;
}

void Safetensors::CheckFinite() const {
  for (const auto& [name, tensor] : tensors_) {
    if (const auto at = FindNonFinite(tensor)) {
      ThrowBadInput(path_ + ": tensor " + Quoted(name) +
                    ": found a value that is not finite at element " + std::to_string(*at) +
                    ", expected finite weights");
    }
  }
}

}  // namespace dsb
