// The element encodings that weights are stored in (formats.md 1.2 and 2): ids, block sizes, row
// bytes, decoding. One row = `cols` consecutive elements of ne[0]; blocks never cross rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dsb {

// Values are ggml's type ids; safetensors' F32, F16, BF16 map onto the same three.
enum class TensorType : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ4_K = 12,
  kQ6_K = 14,
  kBf16 = 30,
};

struct TensorTypeTraits {
  const char* name;     // "Q4_1"
  int64_t block_size;   // elements of one block
  int64_t block_bytes;  // bytes of one block
};

// Aborts on a value that is not an enumerator.
const TensorTypeTraits& Traits(TensorType type);

// Bytes of one row; `cols` is a multiple of the block size.
int64_t RowBytes(TensorType type, int64_t cols);

// Decodes one row of out.size() elements, exactly as formats.md 1.2 writes it, in float.
void DequantizeRow(TensorType type, const std::byte* row, std::span<float> out);

}  // namespace dsb
