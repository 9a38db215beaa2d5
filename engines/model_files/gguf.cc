#include "engines/model_files/gguf.h"

#include <iomanip>
#include <sstream>

#include "base/error.h"
#include "base/quoted.h"
#include "base/utf8.h"
#include "engines/model_files/pointer_file.h"

namespace dsb {
namespace {

const char* HeldType(const GgufValue& value) {
  switch (value.index()) {
    case 0:
      return "an integer";
    case 1:
      return "a float";
    case 2:
      return "a bool";
    case 3:
      return "a string";
    default:
      break;
  }
  switch (std::get<GgufArray>(value).index()) {
    case 0:
      return "an array of integers";
    case 1:
      return "an array of floats";
    default:
      return "an array of strings";
  }
}

const GgufValue& Require(const GgufFile& file, const GgufValue* value, std::string_view key,
                         const char* expected) {
  if (value == nullptr) {
    ThrowBadInput(file.path() + ": key \"" + std::string(key) + "\": missing, expected " +
                  expected);
  }
  return *value;
}

[[noreturn]] void FailType(const GgufFile& file, const GgufValue& value, std::string_view key,
                           const char* expected) {
  ThrowBadInput(file.path() + ": key \"" + std::string(key) + "\": found " + HeldType(value) +
                ", expected " + expected);
}

template <typename T>
const T& Get(const GgufFile& file, const GgufValue* found, std::string_view key,
             const char* expected) {
  const GgufValue& value = Require(file, found, key, expected);
  if (const T* held = std::get_if<T>(&value)) return *held;
  FailType(file, value, key, expected);
}

template <typename T>
const std::vector<T>& GetArray(const GgufFile& file, const GgufValue* found, std::string_view key,
                               const char* expected) {
  const GgufValue& value = Require(file, found, key, expected);
  if (const auto* array = std::get_if<GgufArray>(&value)) {
    if (const auto* held = std::get_if<std::vector<T>>(array)) return *held;
  }
  FailType(file, value, key, expected);
}

}  // namespace

GgufFile::GgufFile(const std::string& path, const GgufOptions& options) : path_(path), file_(path) {
  bytes_ = file_->bytes();
  RefusePointerFile(bytes_, path);
  Parse(options);
}

GgufFile::GgufFile(std::span<const std::byte> bytes, const std::string& name,
                   const GgufOptions& options)
    : path_(name), bytes_(bytes) {
  Parse(options);
}

bool GgufFile::Has(std::string_view key) const { return Value(key) != nullptr; }

const GgufValue* GgufFile::Value(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

bool GgufFile::IsArray(std::string_view key) const {
  const GgufValue* value = Value(key);
  return value != nullptr && std::holds_alternative<GgufArray>(*value);
}

std::vector<std::string> GgufFile::Keys() const {
  std::vector<std::string> keys;
  for (const auto& entry : values_) keys.push_back(entry.first);
  return keys;
}

std::string GgufFile::Shown(std::string_view key) const {
  const GgufValue& value = *Value(key);
  std::ostringstream text;
  if (const auto* whole = std::get_if<int64_t>(&value)) {
    text << *whole;
  } else if (const auto* number = std::get_if<double>(&value)) {
    text << std::setprecision(9) << *number;
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    text << (*flag ? "true" : "false");
  } else if (const auto* string = std::get_if<std::string>(&value)) {
    text << Quoted(*string);
  } else {
    text << HeldType(value);
  }
  return text.str();
}

int64_t GgufFile::Int(std::string_view key) const {
  return Get<int64_t>(*this, Value(key), key, "an integer");
}

double GgufFile::Float(std::string_view key) const {
  return Get<double>(*this, Value(key), key, "a float");
}

bool GgufFile::Bool(std::string_view key) const {
  return Get<bool>(*this, Value(key), key, "a bool");
}

const std::string& GgufFile::String(std::string_view key) const {
  const std::string& text = Get<std::string>(*this, Value(key), key, "a string");
  if (const size_t at = FindInvalidUtf8(text); at != std::string::npos) {
    ThrowBadInput(path_ + ": key \"" + std::string(key) +
                  "\": found an ill-formed byte at offset " + std::to_string(at) +
                  ", expected UTF-8");
  }
  return text;
}

const std::vector<std::string>& GgufFile::Strings(std::string_view key) const {
  return GetArray<std::string>(*this, Value(key), key, "an array of strings");
}

const std::vector<int64_t>& GgufFile::Ints(std::string_view key) const {
  return GetArray<int64_t>(*this, Value(key), key, "an array of integers");
}

int64_t GgufFile::IntOr(std::string_view key, int64_t otherwise) const {
  return Has(key) ? Int(key) : otherwise;
}

double GgufFile::FloatOr(std::string_view key, double otherwise) const {
  return Has(key) ? Float(key) : otherwise;
}

std::string GgufFile::StringOr(std::string_view key, const std::string& otherwise) const {
  return Has(key) ? String(key) : otherwise;
}

const StoredTensor* GgufFile::Find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

}  // namespace dsb
