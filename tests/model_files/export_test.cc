// What is written for other programs, read back by this one's readers.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "engines/export/gguf_builder.h"
#include "engines/export/safetensors_builder.h"
#include "engines/model_files/safetensors.h"
#include "tests/model_files/gguf_writer.h"

namespace dsb {
namespace {

TEST(GgufBuilder, IsReadBack) {
  GgufWriter source;
  source.String("general.architecture", "llama");
  source.Strings("tokenizer.ggml.tokens", {"a", "b\xC3\xA9"});
  source.U32("tokenizer.ggml.bos_token_id", 1);
  const std::string source_bytes = source.File();
  const GgufFile from(AsBytes(source_bytes), "source.gguf");
  GgufBuilder builder;
  builder.AddString("general.architecture", "dflash");
  builder.CopyPairs(from, "tokenizer.");
  builder.AddCount("dflash.block_size", 7);
  builder.AddFloat("dflash.epsilon", 0.25F);
  builder.AddBool("dflash.anchor", true);
  builder.AddInts("dflash.layers", {2, 9});
  builder.AddTensor("x.weight", {2, 3}, {1, 2, 3, 4, 5, 6});
  builder.AddTensor("y.weight", {1}, {0.5F});
  std::ostringstream out;
  builder.Write(out);
  const std::string bytes = out.str();
  const GgufFile file(AsBytes(bytes), "out.gguf");
  EXPECT_EQ(file.String("general.architecture"), "dflash");
  EXPECT_EQ(file.Strings("tokenizer.ggml.tokens"), (std::vector<std::string>{"a", "b\xC3\xA9"}));
  EXPECT_EQ(file.Int("tokenizer.ggml.bos_token_id"), 1);
  EXPECT_EQ(file.Int("dflash.block_size"), 7);
  EXPECT_EQ(file.Float("dflash.epsilon"), 0.25);
  EXPECT_TRUE(file.Bool("dflash.anchor"));
  EXPECT_EQ(file.Ints("dflash.layers"), (std::vector<int64_t>{2, 9}));
  const StoredTensor* const x = file.Find("x.weight");
  ASSERT_NE(x, nullptr);
  EXPECT_EQ(x->shape, (std::vector<int64_t>{2, 3}));
  std::vector<float> row(3);
  DequantizeRow(x->type, x->bytes.data() + RowBytes(x->type, 3), row);
  EXPECT_EQ(row, (std::vector<float>{4, 5, 6}));
  ASSERT_NE(file.Find("y.weight"), nullptr);
  DequantizeRow(x->type, file.Find("y.weight")->bytes.data(), std::span(row).first(1));
  EXPECT_EQ(row[0], 0.5F);
}

TEST(SafetensorsBuilder, IsReadBack) {
  SafetensorsBuilder builder;
  builder.AddTensor("a", {2, 2}, {1, -2, 0.5F, 3});
  builder.AddIntegers("d2t", {5, -1});
  std::ostringstream out;
  builder.Write(out);
  const std::string bytes = out.str();
  const Safetensors file = Safetensors::Parse(AsBytes(bytes), "out.safetensors");
  const StoredTensor* const a = file.Find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->type, TensorType::kBf16);
  EXPECT_EQ(a->shape, (std::vector<int64_t>{2, 2}));
  std::vector<float> row(2);
  DequantizeRow(a->type, a->bytes.data() + RowBytes(a->type, 2), row);
  EXPECT_EQ(row, (std::vector<float>{0.5F, 3}));
  ASSERT_NE(file.FindInts("d2t"), nullptr);
  EXPECT_EQ(*file.FindInts("d2t"), (std::vector<int64_t>{5, -1}));
}

}  // namespace
}  // namespace dsb
