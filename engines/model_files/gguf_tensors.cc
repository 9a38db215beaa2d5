#include "engines/model_files/gguf_tensors.h"

#include <algorithm>
#include <optional>

#include "base/quoted.h"

namespace dsb {
namespace {

constexpr uint64_t kMaxNameBytes = 63;
constexpr uint32_t kMaxDims = 4;
constexpr uint64_t kMaxDim = uint64_t{1} << 40;
constexpr uint64_t kMaxElements = uint64_t{1} << 48;

std::optional<TensorType> SupportedType(uint32_t id) {
  switch (static_cast<TensorType>(id)) {
    case TensorType::kF32:
    case TensorType::kF16:
    case TensorType::kQ4_0:
    case TensorType::kQ4_1:
    case TensorType::kQ5_0:
    case TensorType::kQ5_1:
    case TensorType::kQ8_0:
    case TensorType::kQ4_K:
    case TensorType::kQ6_K:
    case TensorType::kBf16:
      return static_cast<TensorType>(id);
  }
  return std::nullopt;
}

// Names of the types that we know of but do not compute with.
std::string UnsupportedTypeName(uint32_t id) {
  switch (id) {
    case 9:
      return "Q8_1";
    case 10:
      return "Q2_K";
    case 11:
      return "Q3_K";
    case 13:
      return "Q5_K";
    case 15:
      return "Q8_K";
    case 16:
      return "IQ2_XXS";
    case 17:
      return "IQ2_XS";
    case 18:
      return "IQ3_XXS";
    case 19:
      return "IQ1_S";
    case 20:
      return "IQ4_NL";
    case 21:
      return "IQ3_S";
    case 22:
      return "IQ2_S";
    case 23:
      return "IQ4_XS";
    case 24:
      return "I8";
    case 25:
      return "I16";
    case 26:
      return "I32";
    case 27:
      return "I64";
    case 28:
      return "F64";
    case 29:
      return "IQ1_M";
    case 34:
      return "TQ1_0";
    case 35:
      return "TQ2_0";
    case 39:
      return "MXFP4";
    case 40:
      return "NVFP4";
    case 41:
      return "Q1_0";
    default:
      break;
  }
  const bool removed = id == 4 || id == 5 || (id >= 31 && id <= 33) || (id >= 36 && id <= 38);
  return removed ? "removed" : "unknown";
}

TensorType ReadTensorType(GgufCursor& cursor) {
  const auto id = cursor.Read<uint32_t>("a tensor's type");
  const std::optional<TensorType> type = SupportedType(id);
  if (!type) {
    cursor.Fail("type " + std::to_string(id) + " (" + UnsupportedTypeName(id) + ")",
                "one of F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q6_K");
  }
  return *type;
}

uint64_t PaddedTo(uint64_t alignment, uint64_t value) {
  return (value + alignment - 1) / alignment * alignment;
}

}  // namespace

GgufTensorInfo ReadGgufTensorInfo(GgufCursor& cursor, uint64_t index) {
  cursor.SetPlace("tensor " + std::to_string(index));
  const std::string_view name = cursor.ReadString("a tensor's name");
  if (name.empty() || name.size() > kMaxNameBytes) {
    cursor.Fail("a name of " + std::to_string(name.size()) + " bytes",
                "1 to " + std::to_string(kMaxNameBytes));
  }
  cursor.SetPlace("tensor " + Quoted(name));
  const auto num_dims = cursor.Read<uint32_t>("a tensor's dimension count");
  if (num_dims < 1 || num_dims > kMaxDims) {
    cursor.Fail(std::to_string(num_dims) + " dimensions", "1 to " + std::to_string(kMaxDims));
  }
  GgufTensorInfo info;
  info.tensor.name = name;
  uint64_t num_elements = 1;
  for (uint32_t i = 0; i < num_dims; ++i) {
    const auto dim = cursor.Read<uint64_t>("a tensor's dimension");
    if (dim < 1 || dim > kMaxDim) {
      cursor.Fail("dimension " + std::to_string(i) + " of " + std::to_string(dim), "1 to 2^40");
    }
    if (dim > kMaxElements / num_elements) {
      cursor.Fail("a product of dimensions above 2^48", "at most 2^48 elements");
    }
    num_elements *= dim;
    info.tensor.shape.push_back(static_cast<int64_t>(dim));
  }
  const int64_t row_elements = info.tensor.shape.front();
  std::reverse(info.tensor.shape.begin(), info.tensor.shape.end());
  info.tensor.type = ReadTensorType(cursor);
  const TensorTypeTraits& traits = Traits(info.tensor.type);
  if (row_elements % traits.block_size != 0) {
    cursor.Fail("rows of " + std::to_string(row_elements) + " elements",
                std::string("a multiple of ") + traits.name + "'s block of " +
                    std::to_string(traits.block_size));
  }
  // At most 2^48 elements of at most 4 bytes: no overflow.
  info.num_bytes = num_elements / static_cast<uint64_t>(traits.block_size) *
                   static_cast<uint64_t>(traits.block_bytes);
  info.offset = cursor.Read<uint64_t>("a tensor's offset");
  return info;
}

uint64_t PlaceGgufTensors(GgufCursor& cursor, std::span<const std::byte> bytes, uint64_t alignment,
                          std::span<GgufTensorInfo> infos) {
  const uint64_t data_start = PaddedTo(alignment, cursor.position());
  uint64_t next_offset = 0;
  for (GgufTensorInfo& info : infos) {
    cursor.SetPlace("tensor " + Quoted(info.tensor.name));
    if (info.offset % alignment != 0) {
      cursor.Fail("the offset " + std::to_string(info.offset),
                  "a multiple of the alignment " + std::to_string(alignment));
    }
    if (info.offset != next_offset) {
      cursor.Fail("the offset " + std::to_string(info.offset),
                  std::to_string(next_offset) + ", where the tensor before it ends");
    }
    // 65,536 tensors below 2^50 bytes and an alignment below 2^32: these sums stay below 2^63 once
    // the file's size bounds each of them.
    const uint64_t first = data_start + info.offset;
    if (first > bytes.size() || info.num_bytes > bytes.size() - first) {
      cursor.Fail(
          "a file of " + std::to_string(bytes.size()) + " bytes",
          std::to_string(info.num_bytes) + " bytes of data at byte " + std::to_string(first));
    }
    info.tensor.bytes = bytes.subspan(first, info.num_bytes);
    next_offset = PaddedTo(alignment, info.offset + info.num_bytes);
  }
  return data_start + next_offset;
}

}  // namespace dsb
