#include "engines/model_files/finite_check.h"

#include <array>
#include <cstring>

namespace dsb {
namespace {

// Where a block keeps its floating-point fields: `kCount` words of `Word` at byte offsets kAt.
template <typename Word, Word kExponent>
bool IsNonFinite(const std::byte* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return (word & kExponent) == kExponent;
}

// Blocks are checked in runs without an early exit, so that the compiler can keep several in
// flight.
template <typename Word, Word kExponent, size_t kBlockBytes, size_t... kAt>
std::optional<int64_t> FirstBadBlock(std::span<const std::byte> bytes) {
  constexpr size_t kRun = 256;
  const size_t num_blocks = bytes.size() / kBlockBytes;
  for (size_t run = 0; run < num_blocks; run += kRun) {
    const size_t end = run + kRun < num_blocks ? run + kRun : num_blocks;
    unsigned bad = 0;
    for (size_t i = run; i < end; ++i) {
      const std::byte* block = bytes.data() + i * kBlockBytes;
      bad |= (unsigned{IsNonFinite<Word, kExponent>(block + kAt)} | ...);
    }
    if (bad == 0) continue;
    for (size_t i = run; i < end; ++i) {
      const std::byte* block = bytes.data() + i * kBlockBytes;
      if ((IsNonFinite<Word, kExponent>(block + kAt) || ...)) return static_cast<int64_t>(i);
    }
  }
  return std::nullopt;
}

constexpr uint16_t kF16Exponent = 0x7C00;

std::optional<int64_t> FirstBadBlock(TensorType type, std::span<const std::byte> bytes) {
  switch (type) {
    case TensorType::kF32:
      return FirstBadBlock<uint32_t, 0x7F800000u, 4, 0>(bytes);
    case TensorType::kF16:
      return FirstBadBlock<uint16_t, kF16Exponent, 2, 0>(bytes);
    case TensorType::kBf16:
      return FirstBadBlock<uint16_t, 0x7F80, 2, 0>(bytes);
    case TensorType::kQ4_0:
      return FirstBadBlock<uint16_t, kF16Exponent, 18, 0>(bytes);
    case TensorType::kQ4_1:
      return FirstBadBlock<uint16_t, kF16Exponent, 20, 0, 2>(bytes);
    case TensorType::kQ5_0:
      return FirstBadBlock<uint16_t, kF16Exponent, 22, 0>(bytes);
    case TensorType::kQ5_1:
      return FirstBadBlock<uint16_t, kF16Exponent, 24, 0, 2>(bytes);
    case TensorType::kQ8_0:
      return FirstBadBlock<uint16_t, kF16Exponent, 34, 0>(bytes);
    case TensorType::kQ4_K:
      return FirstBadBlock<uint16_t, kF16Exponent, 144, 0, 2>(bytes);
    case TensorType::kQ6_K:
      return FirstBadBlock<uint16_t, kF16Exponent, 210, 208>(bytes);
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> FindNonFinite(const StoredTensor& tensor) {
  const std::optional<int64_t> block = FirstBadBlock(tensor.type, tensor.bytes);
  if (!block) return std::nullopt;
  return *block * Traits(tensor.type).block_size;
}

}  // namespace dsb
