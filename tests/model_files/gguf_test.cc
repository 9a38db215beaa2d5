// Valid GGUF files, written in memory: every value type, both versions, and what is allowed though
// unusual.
#include "engines/model_files/gguf.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/model_files/expect_error.h"
#include "tests/model_files/gguf_writer.h"

namespace dsb {
namespace {

std::string PairOfEachType() {
  GgufWriter writer;
  writer.Pair("t.u8", GgufType::kU8, Raw(uint8_t{255}));
  writer.Pair("t.i8", GgufType::kI8, Raw(int8_t{-128}));
  writer.Pair("t.u16", GgufType::kU16, Raw(uint16_t{65535}));
  writer.Pair("t.i16", GgufType::kI16, Raw(int16_t{-32768}));
  writer.Pair("t.u32", GgufType::kU32, Raw(uint32_t{4294967295}));
  writer.Pair("t.i32", GgufType::kI32, Raw(int32_t{-5}));
  writer.Pair("t.u64", GgufType::kU64, Raw(uint64_t{1} << 62));
  writer.Pair("t.i64", GgufType::kI64, Raw(std::numeric_limits<int64_t>::min()));
  writer.Pair("t.f32", GgufType::kF32, Raw(0.1f));
  writer.Pair("t.f64", GgufType::kF64, Raw(0.1));
  writer.Pair("t.bool", GgufType::kBool, Raw(uint8_t{1}));
  writer.String("t.string", "\u00e9");
  writer.Strings("t.strings", {"a", "", "bc"});
  writer.I32s("t.ints", {-1, 7});
  writer.Pair("t.bools", GgufType::kArray,
              Raw(uint32_t{7}) + Raw(uint64_t{2}) + std::string("\x01\0", 2));
  writer.Pair("t.none", GgufType::kArray, Raw(uint32_t{6}) + Raw(uint64_t{0}));
  return writer.File();
}

TEST(GgufTest, ReadsEveryValueType) {
  const std::string bytes = PairOfEachType();
  const GgufFile file(AsBytes(bytes), "f.gguf");
  EXPECT_EQ(file.Int("t.u8"), 255);
  EXPECT_EQ(file.Int("t.i8"), -128);
  EXPECT_EQ(file.Int("t.u16"), 65535);
  EXPECT_EQ(file.Int("t.i16"), -32768);
  EXPECT_EQ(file.Int("t.u32"), 4294967295);
  EXPECT_EQ(file.Int("t.i32"), -5);
  EXPECT_EQ(file.Int("t.u64"), int64_t{1} << 62);
  EXPECT_EQ(file.Int("t.i64"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(file.Float("t.f32"), double{0.1f});
  EXPECT_EQ(file.Float("t.f64"), 0.1);
  EXPECT_TRUE(file.Bool("t.bool"));
  EXPECT_EQ(file.String("t.string"), "\u00e9");
  EXPECT_EQ(file.Strings("t.strings"), (std::vector<std::string>{"a", "", "bc"}));
  EXPECT_EQ(file.Ints("t.ints"), (std::vector<int64_t>{-1, 7}));
  EXPECT_EQ(file.Ints("t.bools"), (std::vector<int64_t>{1, 0}));
  EXPECT_TRUE(file.Has("t.none"));
  EXPECT_FALSE(file.Has("t.absent"));
  EXPECT_EQ(file.FloatOr("t.absent", 2.5), 2.5);
  EXPECT_EQ(file.StringOr("t.absent", "x"), "x");
  EXPECT_TRUE(file.warnings().empty());
}

TEST(GgufTest, GettersNameKeyAndExpectedType) {
  const std::string bytes = PairOfEachType();
  const GgufFile file(AsBytes(bytes), "f.gguf");
  ExpectBadInput({"f.gguf", "\"t.absent\"", "missing", "an integer"},
                 [&] { file.Int("t.absent"); });
  ExpectBadInput({"f.gguf", "\"t.f32\"", "a float", "an integer"}, [&] { file.Int("t.f32"); });
  ExpectBadInput({"f.gguf", "\"t.u8\"", "an integer", "a float"}, [&] { file.FloatOr("t.u8", 1); });
  ExpectBadInput({"f.gguf", "\"t.u8\"", "a bool"}, [&] { file.Bool("t.u8"); });
  ExpectBadInput({"f.gguf", "\"t.ints\"", "a string"}, [&] { file.String("t.ints"); });
  ExpectBadInput({"f.gguf", "\"t.ints\"", "an array of integers", "an array of strings"},
                 [&] { file.Strings("t.ints"); });
  ExpectBadInput({"f.gguf", "\"t.none\"", "an array of floats", "an array of integers"},
                 [&] { file.Ints("t.none"); });
}

TEST(GgufTest, ReadsTensorsRowMajorAndVersionTwo) {
  GgufWriter writer;
  writer.version = 2;
  writer.tensors = {{"w", {64, 3, 2}, 8, std::string(64 / 32 * 34 * 6, '\x01'), {}},
                    {"n", {5}, 0, std::string(20, '\x02'), {}}};
  const std::string bytes = writer.File();
  const GgufFile file(AsBytes(bytes), "f.gguf");
  ASSERT_EQ(file.tensors().size(), 2u);
  const StoredTensor* w = file.Find("w");
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->shape, (std::vector<int64_t>{2, 3, 64}));
  EXPECT_EQ(w->rows(), 6);
  EXPECT_EQ(w->cols(), 64);
  EXPECT_EQ(w->bytes.size(), 408u);
  EXPECT_EQ(w->bytes[407], std::byte{1});
  const StoredTensor* n = file.Find("n");
  ASSERT_NE(n, nullptr);
  EXPECT_EQ(n->type, TensorType::kF32);
  EXPECT_EQ(n->bytes.size(), 20u);
  EXPECT_EQ(n->bytes[0], std::byte{2});
  EXPECT_EQ(file.Find("absent"), nullptr);
}

TEST(GgufTest, AcceptsWhatIsUnusualButHarmless) {
  GgufWriter writer;
  writer.alignment = 64;
  writer.U32("general.alignment", 64);
  writer.U32("Odd Key", 1);
  writer.tensors = {{"w", {4}, 0, std::string(16, '\0'), {}}};
  writer.tail = "behind the last tensor";
  std::string bytes = writer.File();
  const GgufFile file(AsBytes(bytes), "f.gguf");
  EXPECT_EQ(file.warnings().size(), 2u);
  // A file cut inside the last padding is whole.
  bytes.resize(bytes.size() - writer.tail.size() - 40);
  const GgufFile cut(AsBytes(bytes), "f.gguf");
  EXPECT_EQ(cut.warnings().size(), 1u);
  EXPECT_EQ(cut.Find("w")->bytes.size(), 16u);
}

}  // namespace
}  // namespace dsb
