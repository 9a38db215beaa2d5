#include "kernels/tensor_type.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <vector>

namespace dsb {
namespace {

// The payload of formats.md 1.2: byte i of all that are not d, m or dmin is (37 i + 11) mod 256.
std::vector<std::byte> GoldenBlock(TensorType type) {
  std::vector<std::byte> block(static_cast<size_t>(Traits(type).block_bytes));
  const bool d_is_last = type == TensorType::kQ6_K;
  const bool has_second =
      type == TensorType::kQ4_1 || type == TensorType::kQ5_1 || type == TensorType::kQ4_K;
  const size_t first = d_is_last ? 0 : has_second ? 4 : 2;
  const size_t last = d_is_last ? block.size() - 2 : block.size();
  for (size_t i = first; i < last; ++i) {
    block[i] = static_cast<std::byte>((37 * (i - first) + 11) % 256);
  }
  block[(d_is_last ? last : 0) + 1] = std::byte{0x3C};
  if (has_second) block[3] = std::byte{0x38};
  return block;
}

struct Golden {
  TensorType type;
  std::map<size_t, float> elements;
  float sum;
};

TEST(TensorType, DecodesTheGoldenBlocks) {
  using enum TensorType;
  const std::vector<Golden> cases = {
      {kQ4_0, {{0, 3}, {1, -8}, {15, -2}, {16, -8}, {17, -5}, {31, -5}}, -31},
      {kQ4_1, {{0, 11.5}, {1, 0.5}, {15, 6.5}, {16, 0.5}, {17, 3.5}, {31, 3.5}}, 241},
      {kQ5_0, {{0, 15}, {1, 4}, {15, -6}, {16, 9}, {17, -4}, {31, -4}}, -43},
      {kQ5_1, {{0, 31.5}, {1, 20.5}, {15, 10.5}, {16, 25.5}, {17, 12.5}, {31, 12.5}}, 485},
      {kQ8_0, {{0, 11}, {1, 48}, {15, 54}, {16, 91}, {17, -128}, {31, -122}}, 16},
      {kQ4_K,
       {{0, 61.5},
        {1, 116.5},
        {31, 6.5},
        {32, 574},
        {33, 670},
        {64, 126.5},
        {127, 805},
        {128, 3.5},
        {200, 407.5},
        {255, 31}},
       44504},
      {kQ6_K,
       {{0, -1431},
        {1, 1696},
        {31, -96},
        {32, 231},
        {33, -672},
        {64, -3040},
        {127, 1500},
        {128, -351},
        {200, 1089},
        {255, -60}},
       4612},
  };
  for (const Golden& golden : cases) {
    std::vector<float> out(static_cast<size_t>(Traits(golden.type).block_size));
    const auto block = GoldenBlock(golden.type);
    DequantizeRow(golden.type, block.data(), out);
    for (const auto& [index, value] : golden.elements) {
      EXPECT_EQ(out[index], value) << Traits(golden.type).name << " element " << index;
    }
    float sum = 0;
    for (const float x : out) sum += x;
    EXPECT_EQ(sum, golden.sum) << Traits(golden.type).name;
  }
}

TEST(TensorType, WidensPlainTypes) {
  const uint16_t halves[] = {0x3C00, 0xC000, 0x0001, 0x7BFF};
  std::vector<float> out(4);
  DequantizeRow(TensorType::kF16, reinterpret_cast<const std::byte*>(halves), out);
  EXPECT_EQ(out, (std::vector<float>{1.0f, -2.0f, 0x1p-24f, 65504.0f}));
  const uint16_t brains[] = {0x3F80, 0xC000, 0x0001, 0x4049};
  DequantizeRow(TensorType::kBf16, reinterpret_cast<const std::byte*>(brains), out);
  EXPECT_EQ(out, (std::vector<float>{1.0f, -2.0f, 0x1p-133f, 3.140625f}));
  const float floats[] = {1.5f, -0.25f, 3e38f, 1e-45f};
  DequantizeRow(TensorType::kF32, reinterpret_cast<const std::byte*>(floats), out);
  EXPECT_EQ(std::memcmp(out.data(), floats, sizeof(floats)), 0);
}

TEST(TensorType, CountsRowBytes) {
  EXPECT_EQ(RowBytes(TensorType::kQ4_1, 576), 360);
  EXPECT_EQ(RowBytes(TensorType::kQ8_0, 576), 612);
  EXPECT_EQ(RowBytes(TensorType::kQ6_K, 512), 420);
  EXPECT_EQ(RowBytes(TensorType::kBf16, 3), 6);
  EXPECT_EQ(RowBytes(TensorType::kF32, 0), 0);
}

}  // namespace
}  // namespace dsb
