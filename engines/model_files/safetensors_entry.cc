#include "engines/model_files/safetensors_entry.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr size_t kMaxRank = 8;
constexpr uint64_t kMaxBytes = (uint64_t{1} << 63) - 1;

struct Dtype {
  const char* name;
  uint64_t bytes;
  std::optional<TensorType> type;  // absent: integers
};

constexpr std::array<Dtype, 6> kDtypes = {{
    {"F32", 4, TensorType::kF32},
    {"F16", 2, TensorType::kF16},
    {"BF16", 2, TensorType::kBf16},
    {"I64", 8, std::nullopt},
    {"I32", 4, std::nullopt},
    {"BOOL", 1, std::nullopt},
}};

[[noreturn]] void Fail(const std::string& place, const std::string& found,
                       const std::string& expected) {
  ThrowBadInput(place + ": found " + found + ", expected " + expected);
}

const Json& Field(const Json& json, const std::string& place, const char* field) {
  const auto found = json.find(field);
  if (found == json.end()) Fail(place, std::string("no ") + field, "one");
  return *found;
}

std::vector<uint64_t> Integers(const Json& json, const std::string& place, const char* field) {
  const Json& list = Field(json, place, field);
  const auto bad = [](const Json& value) { return !value.is_number_unsigned(); };
  if (!list.is_array() || std::any_of(list.begin(), list.end(), bad)) {
    Fail(place, std::string("another kind of ") + field, "a list of integers");
  }
  return list.get<std::vector<uint64_t>>();
}

const Dtype& ReadDtype(const Json& json, const std::string& place) {
  const Json& value = Field(json, place, "dtype");
  if (!value.is_string()) Fail(place, "a dtype that is no string", "a string");
  const auto& name = value.get_ref<const std::string&>();
  const auto found = std::find_if(kDtypes.begin(), kDtypes.end(),
                                  [&](const Dtype& dtype) { return name == dtype.name; });
  if (found == kDtypes.end()) {
    Fail(place, "the dtype " + Quoted(name), "one of F32, F16, BF16, I64, I32, BOOL");
  }
  return *found;
}

uint64_t NumBytes(const std::vector<uint64_t>& shape, uint64_t element_bytes,
                  const std::string& place) {
  if (shape.size() > kMaxRank) {
    Fail(place, std::to_string(shape.size()) + " dimensions",
         "at most " + std::to_string(kMaxRank));
  }
  uint64_t num_bytes = element_bytes;
  for (const uint64_t dim : shape) {
    if (dim != 0 && num_bytes > kMaxBytes / 8 / dim) {
      Fail(place, "a shape whose size overflows", "at most 2^63-1 bits");
    }
    num_bytes *= dim;
  }
  return num_bytes;
}

SafetensorsEntry ReadEntry(const Json& json, const std::string& name, const std::string& place) {
  if (!json.is_object()) Fail(place, "a value that is no object", "an object");
  for (const auto& item : json.items()) {
    const std::string& key = item.key();
    if (key == "dtype" || key == "shape" || key == "data_offsets") continue;
    Fail(place, "the key " + Quoted(key), "only dtype, shape and data_offsets");
  }
  const Dtype& dtype = ReadDtype(json, place);
  const std::vector<uint64_t> shape = Integers(json, place, "shape");
  const std::vector<uint64_t> range = Integers(json, place, "data_offsets");
  if (range.size() != 2 || range[0] > range[1]) {
    Fail(place, "other data_offsets", "[begin, end] with begin <= end");
  }
  const uint64_t num_bytes = NumBytes(shape, dtype.bytes, place);
  if (range[1] - range[0] != num_bytes) {
    Fail(place, "data_offsets of " + std::to_string(range[1] - range[0]) + " bytes",
         std::to_string(num_bytes) + " for its shape and dtype");
  }
  SafetensorsEntry entry;
  entry.name = name;
  entry.type = dtype.type;
  entry.int_bytes = dtype.type ? 0 : dtype.bytes;
  entry.shape.assign(shape.begin(), shape.end());
  entry.begin = range[0];
  entry.end = range[1];
  return entry;
}

// The header's text without the file's other bytes; `place` is "FILE: header".
std::string_view HeaderText(std::span<const std::byte> file, const std::string& place) {
  if (file.size() < kLengthBytes) {
    Fail(place, "a file of " + std::to_string(file.size()) + " bytes", "at least 8");
  }
  uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  const uint64_t follows = file.size() - kLengthBytes;
  if (length > kMaxHeaderBytes || length > follows) {
    Fail(place, "a length of " + std::to_string(length),
         "at most " + std::to_string(std::min(kMaxHeaderBytes, follows)));
  }
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + kLengthBytes, length);
  if (text.empty() || text.front() != '{') Fail(place, "another first byte", "'{'");
  if (text[text.find_last_not_of(' ')] != '}') {
    Fail(place, "another last byte", "'}' with only spaces behind it");
  }
  return text;
}

void CheckMetadata(const Json& metadata, const std::string& place) {
  const auto bad = [](const Json& value) { return !value.is_string(); };
  if (!metadata.is_object() || std::any_of(metadata.begin(), metadata.end(), bad)) {
    Fail(place, "another kind of value", "an object of strings");
  }
}

// Orders the ranges; they must cover `data` exactly: holes, overlaps and tails hide content.
void TileData(std::vector<SafetensorsEntry>& entries, std::span<const std::byte> data,
              const std::string& name) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  uint64_t next = 0;
  for (SafetensorsEntry& entry : entries) {
    const std::string place = name + ": tensor " + Quoted(entry.name);
    if (entry.begin != next) {
      Fail(place, "data_offsets from " + std::to_string(entry.begin),
           "from " + std::to_string(next) + ", where the tensor before it ends");
    }
    if (entry.end > data.size()) {
      Fail(place, "data_offsets to " + std::to_string(entry.end),
           "at most " + std::to_string(data.size()) + ", the file's end");
    }
    entry.bytes = data.subspan(entry.begin, entry.end - entry.begin);
    next = entry.end;
  }
  if (next != data.size()) {
    Fail(name + ": data", std::to_string(data.size()) + " bytes",
         std::to_string(next) + ", where the last tensor ends");
  }
}

}  // namespace

std::vector<SafetensorsEntry> ReadSafetensorsEntries(std::span<const std::byte> file,
                                                     const std::string& name) {
  const std::string_view text = HeaderText(file, name + ": header");
  const auto header = ParseStrictJson<Json>(text, name + ": header", {.integers_only = true});
  std::vector<SafetensorsEntry> entries;
  for (const auto& [key, value] : header.items()) {
    if (key == "__metadata__") {
      CheckMetadata(value, name + ": __metadata__");
    } else {
      entries.push_back(ReadEntry(value, key, name + ": tensor " + Quoted(key)));
    }
  }
  TileData(entries, file.subspan(kLengthBytes + text.size()), name);
  return entries;
}

}  // namespace dsb
