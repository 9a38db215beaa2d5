#include "engines/model_files/gguf_values.h"

#include <algorithm>
#include <limits>

#include "base/quoted.h"

namespace dsb {
namespace {

constexpr uint64_t kMaxKeyBytes = 65535;
constexpr uint64_t kMaxArrayCount = uint64_t{1} << 24;
constexpr uint64_t kMaxTrustedBytes = uint64_t{64} << 20;

bool ReadBool(GgufCursor& cursor) {
  const auto byte = cursor.Read<uint8_t>("a bool");
  if (byte > 1) cursor.Fail("the bool " + std::to_string(byte), "0 or 1");
  return byte == 1;
}

int64_t ReadInteger(GgufCursor& cursor, GgufType type) {
  switch (type) {
    case GgufType::kU8:
      return cursor.Read<uint8_t>("a u8");
    case GgufType::kI8:
      return cursor.Read<int8_t>("an i8");
    case GgufType::kU16:
      return cursor.Read<uint16_t>("a u16");
    case GgufType::kI16:
      return cursor.Read<int16_t>("an i16");
    case GgufType::kU32:
      return cursor.Read<uint32_t>("a u32");
    case GgufType::kI32:
      return cursor.Read<int32_t>("an i32");
    case GgufType::kI64:
      return cursor.Read<int64_t>("an i64");
    case GgufType::kBool:
      return ReadBool(cursor) ? 1 : 0;
    default:
      break;
  }
  const auto value = cursor.Read<uint64_t>("a u64");
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (value > kMost) cursor.Fail("the integer " + std::to_string(value), "at most 2^63-1");
  return static_cast<int64_t>(value);
}

double ReadFloat(GgufCursor& cursor, GgufType type) {
  return type == GgufType::kF32 ? double{cursor.Read<float>("an f32")}
                                : cursor.Read<double>("an f64");
}

bool IsFloat(GgufType type) { return type == GgufType::kF32 || type == GgufType::kF64; }

// Bytes of one element in the file; a string has at least its length.
uint64_t LeastBytes(GgufType type) {
  switch (type) {
    case GgufType::kU8:
    case GgufType::kI8:
    case GgufType::kBool:
      return 1;
    case GgufType::kU16:
    case GgufType::kI16:
      return 2;
    case GgufType::kU32:
    case GgufType::kI32:
    case GgufType::kF32:
      return 4;
    default:
      return 8;
  }
}

GgufType ReadType(GgufCursor& cursor, const char* what) {
  const auto id = cursor.Read<uint32_t>(what);
  if (id > static_cast<uint32_t>(GgufType::kF64)) {
    cursor.Fail(std::string(what) + " " + std::to_string(id), "0 to 12");
  }
  return static_cast<GgufType>(id);
}

template <typename T, typename ReadOne>
std::vector<T> ReadElements(uint64_t count, ReadOne read_one) {
  std::vector<T> elements;
  elements.reserve(std::min(count, kMaxTrustedBytes / sizeof(T)));
  for (uint64_t i = 0; i < count; ++i) elements.push_back(read_one());
  return elements;
}

GgufArray ReadArray(GgufCursor& cursor) {
  const GgufType type = ReadType(cursor, "the array's element type");
  if (type == GgufType::kArray) cursor.Fail("an array of arrays", "an array of plain values");
  const auto count = cursor.Read<uint64_t>("the array's length");
  if (count > kMaxArrayCount) {
    cursor.Fail("an array of " + std::to_string(count) + " elements",
                "at most " + std::to_string(kMaxArrayCount));
  }
  if (count * LeastBytes(type) > cursor.left()) {
    cursor.Fail("an array of " + std::to_string(count) + " " + GgufTypeName(type) + " elements",
                "no more than fit in the " + std::to_string(cursor.left()) + " bytes left");
  }
  if (type == GgufType::kString) {
    return ReadElements<std::string>(count,
                                     [&] { return std::string(cursor.ReadString("a string")); });
  }
  if (IsFloat(type)) {
    return ReadElements<double>(count, [&] { return ReadFloat(cursor, type); });
  }
  return ReadElements<int64_t>(count, [&] { return ReadInteger(cursor, type); });
}

GgufValue ReadValue(GgufCursor& cursor, GgufType type) {
  if (type == GgufType::kString) return std::string(cursor.ReadString("a string"));
  if (type == GgufType::kArray) return ReadArray(cursor);
  if (type == GgufType::kBool) return ReadBool(cursor);
  if (IsFloat(type)) return ReadFloat(cursor, type);
  return ReadInteger(cursor, type);
}

}  // namespace

GgufPair ReadGgufPair(GgufCursor& cursor, uint64_t index) {
  cursor.SetPlace("key " + std::to_string(index));
  const std::string_view key = cursor.ReadString("a key");
  if (key.empty() || key.size() > kMaxKeyBytes) {
    cursor.Fail("a name of " + std::to_string(key.size()) + " bytes",
                "1 to " + std::to_string(kMaxKeyBytes));
  }
  if (!std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c <= 0x7E; })) {
    cursor.Fail("the name " + Quoted(key), "printable ASCII");
  }
  cursor.SetPlace("key " + Quoted(key));
  GgufPair pair;
  pair.key = key;
  pair.type = ReadType(cursor, "the value's type");
  pair.value = ReadValue(cursor, pair.type);
  return pair;
}

bool IsPlainGgufKey(std::string_view key) {
  char before = '.';
  for (const char c : key) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!plain && (c != '.' || before == '.')) return false;
    before = c;
  }
  return before != '.';
}

}  // namespace dsb
