#include <bit>

#include "base/quoted.h"
#include "engines/model_files/finite_check.h"
#include "engines/model_files/gguf.h"
#include "engines/model_files/gguf_cursor.h"
#include "engines/model_files/gguf_tensors.h"
#include "engines/model_files/gguf_values.h"

namespace dsb {
namespace {

constexpr uint64_t kHeaderBytes = 24;
constexpr uint32_t kMagic = 0x46554747;  // "GGUF", little-endian
constexpr uint64_t kMaxRecords = 65536;
constexpr uint64_t kLeastTensorBytes = 8 + 4 + 4 + 8;
constexpr uint64_t kLeastPairBytes = 8 + 4 + 1;
constexpr uint64_t kDefaultAlignment = 32;

struct Counts {
  uint64_t tensors = 0;
  uint64_t pairs = 0;
};

void CheckCount(GgufCursor& cursor, const char* what, uint64_t count, uint64_t least_bytes) {
  if (count > kMaxRecords) {
    cursor.Fail(std::to_string(count) + " " + what, "at most " + std::to_string(kMaxRecords));
  }
  if (count * least_bytes > cursor.left()) {
    cursor.Fail(std::to_string(count) + " " + what,
                "no more than fit in the " + std::to_string(cursor.left()) + " bytes left");
  }
}

Counts ReadHeader(GgufCursor& cursor) {
  if (cursor.left() >= sizeof kMagic) {
    const auto magic = cursor.Read<uint32_t>("the magic");
    if (magic != kMagic) {
      cursor.Fail("the first bytes " +
                      Quoted(std::string_view(reinterpret_cast<const char*>(&magic), sizeof magic)),
                  "\"GGUF\"");
    }
  }
  if (cursor.position() + cursor.left() < kHeaderBytes) {
    cursor.Fail("a file of " + std::to_string(cursor.position() + cursor.left()) + " bytes",
                "at least " + std::to_string(kHeaderBytes));
  }
  const auto version = cursor.Read<uint32_t>("the version");
  if (version != 0 && (version & 0xFFFFu) == 0) {
    cursor.Fail("version " + std::to_string(version) + " of a big-endian file",
                "a little-endian file");
  }
  if (version != 2 && version != 3) {
    cursor.Fail("version " + std::to_string(version), "2 or 3");
  }
  Counts counts;
  counts.tensors = cursor.Read<uint64_t>("the tensor count");
  counts.pairs = cursor.Read<uint64_t>("the key count");
  CheckCount(cursor, "tensors", counts.tensors, kLeastTensorBytes);
  CheckCount(cursor, "keys", counts.pairs, kLeastPairBytes);
  return counts;
}

uint64_t CheckedAlignment(GgufCursor& cursor, const GgufPair& pair) {
  if (pair.type != GgufType::kU32) {
    cursor.Fail(std::string("a value of type ") + GgufTypeName(pair.type), "u32");
  }
  const auto alignment = static_cast<uint64_t>(std::get<int64_t>(pair.value));
  if (!std::has_single_bit(alignment) || alignment % 8 != 0) {
    cursor.Fail(std::to_string(alignment), "a power of two, at least 8");
  }
  return alignment;
}

void CheckSplit(GgufCursor& cursor, const GgufPair& pair) {
  const auto* count = std::get_if<int64_t>(&pair.value);
  if (count == nullptr || *count > 1) {
    cursor.Fail(
        count == nullptr ? "no integer" : "a model split into " + std::to_string(*count) + " files",
        "a model in one file (merge the parts first)");
  }
}

}  // namespace

void GgufFile::Parse(const GgufOptions& options) {
  GgufCursor cursor(bytes_, path_);
  const Counts counts = ReadHeader(cursor);
  uint64_t alignment = kDefaultAlignment;
  for (uint64_t i = 0; i < counts.pairs; ++i) {
    GgufPair pair = ReadGgufPair(cursor, i);
    if (pair.key == "general.alignment") alignment = CheckedAlignment(cursor, pair);
    if (pair.key == "split.count") CheckSplit(cursor, pair);
    if (!IsPlainGgufKey(pair.key)) {
      warnings_.push_back("key " + Quoted(pair.key) + " is not lower-case words joined by dots");
    }
    if (!values_.emplace(std::move(pair.key), std::move(pair.value)).second) {
      cursor.Fail("it a second time", "unique keys");
    }
  }
  std::vector<GgufTensorInfo> infos;
  infos.reserve(counts.tensors);
  for (uint64_t i = 0; i < counts.tensors; ++i) {
    infos.push_back(ReadGgufTensorInfo(cursor, i));
    if (!index_.emplace(infos.back().tensor.name, i).second) {
      cursor.Fail("it a second time", "unique tensor names");
    }
  }
  const uint64_t end = PlaceGgufTensors(cursor, bytes_, alignment, infos);
  if (end < bytes_.size()) {
    warnings_.push_back(std::to_string(bytes_.size() - end) + " bytes follow the last tensor");
  }
  const bool check = options.check_weights.value_or(bytes_.size() < kCheckWeightsBelowBytes);
  tensors_.reserve(infos.size());
  for (GgufTensorInfo& info : infos) {
    if (check) {
      if (const auto at = FindNonFinite(info.tensor)) {
        cursor.SetPlace("tensor " + Quoted(info.tensor.name));
        cursor.Fail("a value or scale that is not finite at element " + std::to_string(*at),
                    "finite weights");
      }
    }
    tensors_.push_back(std::move(info.tensor));
  }
}

}  // namespace dsb
