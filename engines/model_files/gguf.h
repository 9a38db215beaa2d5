// GGUF v2/v3 reader (formats.md 1). Every count, offset, size and shape is checked before it is
// used; a bad file throws kBadInput naming file, key or tensor, found and expected. No meaning is
// given to keys here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/mapped_file.h"
#include "engines/model_files/tensor.h"

namespace dsb {

// Integers of every width are widened to int64 (u64 above 2^63-1 is refused), f32 and f64 to
// double.
using GgufArray = std::variant<std::vector<int64_t>, std::vector<double>, std::vector<std::string>>;
using GgufValue = std::variant<int64_t, double, bool, std::string, GgufArray>;

struct GgufOptions {
  // Refuse non-finite f16 scales and F32/F16/BF16 values (formats.md 1.3 rule 7). Unset: on for
  // files below kCheckWeightsBelowBytes.
  std::optional<bool> check_weights;
};

class GgufFile {
 public:
  explicit GgufFile(const std::string& path, const GgufOptions& options = {});
  // For fuzzing and tests: `bytes` outlives the object; `name` stands for the path in messages.
  GgufFile(std::span<const std::byte> bytes, const std::string& name,
           const GgufOptions& options = {});

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return bytes_; }

  std::vector<std::string> Keys() const;  // in order
  bool Has(std::string_view key) const;
  bool IsArray(std::string_view key) const;
  // The value as text for a message; of an array its kind. Strings are quoted. The key is there.
  std::string Shown(std::string_view key) const;
  // The getters throw kBadInput naming file, key and expected type if the key is missing or of
  // another type.
  int64_t Int(std::string_view key) const;
  double Float(std::string_view key) const;
  bool Bool(std::string_view key) const;
  const std::string& String(std::string_view key) const;
  const std::vector<std::string>& Strings(std::string_view key) const;
  const std::vector<int64_t>& Ints(std::string_view key) const;
  int64_t IntOr(std::string_view key, int64_t otherwise) const;
  double FloatOr(std::string_view key, double otherwise) const;
  std::string StringOr(std::string_view key, const std::string& otherwise) const;

  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  const StoredTensor* Find(std::string_view name) const;  // null if absent
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void Parse(const GgufOptions& options);
  const GgufValue* Value(std::string_view key) const;  // null if absent
  std::string path_;
  std::optional<MappedFile> file_;
  std::span<const std::byte> bytes_;
  std::map<std::string, GgufValue, std::less<>> values_;
  std::vector<StoredTensor> tensors_;
  std::map<std::string, size_t, std::less<>> index_;
  std::vector<std::string> warnings_;
};

}  // namespace dsb
