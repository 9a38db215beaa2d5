#include "engines/model_files/gguf_cursor.h"

#include "base/error.h"

namespace dsb {

const char* GgufTypeName(GgufType type) {
  switch (type) {
    case GgufType::kU8:
      return "u8";
    case GgufType::kI8:
      return "i8";
    case GgufType::kU16:
      return "u16";
    case GgufType::kI16:
      return "i16";
    case GgufType::kU32:
      return "u32";
    case GgufType::kI32:
      return "i32";
    case GgufType::kF32:
      return "f32";
    case GgufType::kBool:
      return "bool";
    case GgufType::kString:
      return "string";
    case GgufType::kArray:
      return "array";
    case GgufType::kU64:
      return "u64";
    case GgufType::kI64:
      return "i64";
    case GgufType::kF64:
      return "f64";
  }
  return "unknown type";
}

void GgufCursor::Fail(const std::string& found, const std::string& expected) const {
  ThrowBadInput(file_name_ + ": " + place_ + ": found " + found + ", expected " + expected);
}

void GgufCursor::FailShort(const char* what, uint64_t wanted) const {
  Fail("the end of the file at byte " + std::to_string(bytes_.size()),
       std::string(what) + " (" + std::to_string(wanted) + " bytes) at byte " +
           std::to_string(position_));
}

std::string_view GgufCursor::ReadString(const char* what) {
  const auto length = Read<uint64_t>("a string's length");
  if (length > kMaxStringBytes) {
    Fail(std::string(what) + " of " + std::to_string(length) + " bytes",
         "at most " + std::to_string(kMaxStringBytes));
  }
  if (length > left()) FailShort(what, length);
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + position_, length);
  position_ += length;
  return text;
}

}  // namespace dsb
