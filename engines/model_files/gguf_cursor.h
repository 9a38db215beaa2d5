// A bounded reader over a GGUF's bytes (formats.md 1.1). Nothing is read before it is known to be
// there; a failure throws kBadInput as "FILE: PLACE: found ..., expected ...". Internal to the GGUF
// reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace dsb {

// ggml's ids of value types.
enum class GgufType : uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};
const char* GgufTypeName(GgufType type);  // "u32"; "unknown type" for other values

class GgufCursor {
 public:
  static constexpr uint64_t kMaxStringBytes = uint64_t{1} << 20;

  // `file_name` outlives the cursor.
  GgufCursor(std::span<const std::byte> bytes, const std::string& file_name)
      : bytes_(bytes), file_name_(file_name) {}

  // What is being read, for messages: 'key "general.name"'.
  void SetPlace(std::string place) { place_ = std::move(place); }
  [[noreturn]] void Fail(const std::string& found, const std::string& expected) const;

  uint64_t position() const { return position_; }
  uint64_t left() const { return bytes_.size() - position_; }

  template <typename T>
  T Read(const char* what) {
    if (left() < sizeof(T)) FailShort(what, sizeof(T));
    T value;
    std::memcpy(&value, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }
  // A length and that many bytes; the view points into the file.
  std::string_view ReadString(const char* what);

 private:
  [[noreturn]] void FailShort(const char* what, uint64_t wanted) const;
  std::span<const std::byte> bytes_;
  const std::string& file_name_;
  std::string place_ = "header";
  uint64_t position_ = 0;
};

}  // namespace dsb
