#include "engines/model_files/safetensors.h"

#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/model_files/finite_check.h"
#include "engines/model_files/safetensors_entry.h"
#include "engines/model_files/safetensors_index.h"

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

Safetensors Safetensors::Open(const std::string& path) {
  Safetensors result;
  result.path_ = path;
  std::error_code ignored;  // a path that cannot be read fails below, with its reason
  if (!std::filesystem::is_directory(path, ignored)) {
    result.files_.emplace_back(path);
    result.AddFile(result.files_.back().bytes(), path);
    return result;
  }
  const std::string whole = path + "/model.safetensors";
  const std::string index = path + "/model.safetensors.index.json";
  if (std::filesystem::exists(whole, ignored)) {
    result.files_.emplace_back(whole);
    result.AddFile(result.files_.back().bytes(), whole);
  } else if (std::filesystem::exists(index, ignored)) {
    result.AddShards(path, index);
  } else {
    ThrowResource(path + ": found neither model.safetensors nor model.safetensors.index.json");
  }
  return result;
}

void Safetensors::AddShards(const std::string& folder, const std::string& index) {
  const auto file_of = ReadSafetensorsIndex(folder, index);
  std::map<std::string, std::set<std::string>> expected;  // shard -> its tensors
  for (const auto& [tensor, file] : file_of) expected[file].insert(tensor);
  for (auto& [file, missing] : expected) {
    const std::string shard = folder + "/" + file;
    files_.emplace_back(shard);
    for (const std::string& tensor : AddFile(files_.back().bytes(), shard)) {
      if (missing.erase(tensor) == 0) {
        ThrowBadInput(shard + ": found tensor " + Quoted(tensor) + ", expected only what " + index +
                      " maps to this file");
      }
    }
    if (!missing.empty()) {
      ThrowBadInput(shard + ": found no tensor " + Quoted(*missing.begin()) + ", expected it as " +
                    index + " says");
    }
  }
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
      ints_[entry.name] = WidenIntegers(entry);
    }
  }
  return names;
}

const StoredTensor* Safetensors::Find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

const std::vector<int64_t>* Safetensors::FindInts(std::string_view name) const {
  const auto found = ints_.find(name);
  return found == ints_.end() ? nullptr : &found->second;
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
