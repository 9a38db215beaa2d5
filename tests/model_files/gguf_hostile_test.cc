// One damaged GGUF for each rule of formats.md 1.3: the error must name file, place and what was
// expected.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "engines/model_files/gguf.h"
#include "tests/model_files/expect_error.h"
#include "tests/model_files/gguf_writer.h"

namespace dsb {
namespace {

GgufWriter ValidWriter() {
  GgufWriter writer;
  writer.String("general.name", "small");
  writer.U32("test.count", 7);
  writer.Strings("test.list", {"a", "b"});
  writer.tensors = {{"first", {32, 2}, 3, std::string(40, '\x11'), {}},
                    {"second", {8}, 0, std::string(32, '\x11'), {}}};
  return writer;
}

struct Damage {
  std::string name;
  std::function<void(GgufWriter&)> apply;
  std::vector<std::string> message;
};

std::ostream& operator<<(std::ostream& out, const Damage& damage) { return out << damage.name; }

class GgufDamageTest : public testing::TestWithParam<Damage> {};

TEST_P(GgufDamageTest, IsRefusedByName) {
  GgufWriter writer = ValidWriter();
  const std::string valid = writer.File();
  EXPECT_NO_THROW(GgufFile(AsBytes(valid), "valid.gguf"));
  GetParam().apply(writer);
  const std::string bytes = writer.File();
  std::vector<std::string> parts = {"damaged.gguf: "};
  parts.insert(parts.end(), GetParam().message.begin(), GetParam().message.end());
  ExpectBadInput(parts, [&] { GgufFile(AsBytes(bytes), "damaged.gguf"); });
}

std::string ArrayOf(uint32_t type, uint64_t count, const std::string& elements = "") {
  return Raw(type) + Raw(count) + elements;
}

std::vector<Damage> HeaderDamages() {
  return {
      {"Magic", [](auto& w) { w.magic = "GGML"; }, {"header", "\"GGML\"", "\"GGUF\""}},
      {"VersionZero", [](auto& w) { w.version = 0; }, {"version 0", "2 or 3"}},
      {"VersionOne", [](auto& w) { w.version = 1; }, {"version 1", "2 or 3"}},
      {"VersionFour", [](auto& w) { w.version = 4; }, {"version 4", "2 or 3"}},
      {"BigEndian", [](auto& w) { w.version = 0x03000000; }, {"big-endian", "little-endian"}},
      {"TensorCount", [](auto& w) { w.num_tensors = 65537; }, {"65537 tensors", "at most 65536"}},
      {"TensorCountHuge",
       [](auto& w) { w.num_tensors = ~uint64_t{0}; },
       {"tensors", "at most 65536"}},
      {"TensorCountBytes", [](auto& w) { w.num_tensors = 60000; }, {"60000 tensors", "bytes left"}},
      {"PairCount", [](auto& w) { w.num_pairs = 65537; }, {"65537 keys", "at most 65536"}},
      {"PairCountBytes", [](auto& w) { w.num_pairs = 60000; }, {"60000 keys", "bytes left"}},
  };
}

std::vector<Damage> PairDamages() {
  const auto pair = [](const std::string& key, GgufType type, const std::string& value) {
    return [=](GgufWriter& w) { w.Pair(key, type, value); };
  };
  const auto array = [&](const std::string& value) { return pair("t.a", GgufType::kArray, value); };
  return {
      {"KeyEmpty", pair("", GgufType::kU8, "x"), {"key 3", "0 bytes", "1 to 65535"}},
      {"KeyLong", pair(std::string(65536, 'k'), GgufType::kU8, "x"), {"65536 bytes", "1 to 65535"}},
      {"KeyTwice",
       pair("test.count", GgufType::kU8, "x"),
       {"\"test.count\"", "second time", "unique"}},
      {"KeyControl", pair("a\nb", GgufType::kU8, "x"), {"a\\x0ab", "printable ASCII"}},
      {"KeyNonAscii", pair("\u00e9", GgufType::kU8, "x"), {"\"\u00e9\"", "printable ASCII"}},
      {"KeyLengthHuge",
       [](auto& w) { w.pairs.push_back(Raw(~uint64_t{0}) + "k"); },
       {"key 3", "18446744073709551615 bytes", "at most 1048576"}},
      {"ValueType", pair("t.a", static_cast<GgufType>(13), "x"), {"\"t.a\"", "13", "0 to 12"}},
      {"BoolTwo", pair("t.a", GgufType::kBool, "\x02"), {"\"t.a\"", "the bool 2", "0 or 1"}},
      {"U64Huge",
       pair("t.a", GgufType::kU64, Raw(uint64_t{1} << 63)),
       {"\"t.a\"", "9223372036854775808", "2^63-1"}},
      {"StringHuge",
       pair("t.a", GgufType::kString, Raw(uint64_t{1048577})),
       {"\"t.a\"", "1048577 bytes", "at most 1048576"}},
      {"StringPastEnd",
       pair("t.a", GgufType::kString, Raw(uint64_t{1048576})),
       {"\"t.a\"", "end of the file", "a string (1048576 bytes)"}},
      {"ArrayNested", array(ArrayOf(9, 0)), {"\"t.a\"", "array of arrays", "plain values"}},
      {"ArrayType", array(ArrayOf(13, 0)), {"\"t.a\"", "element type 13", "0 to 12"}},
      {"ArrayCount", array(ArrayOf(0, 16777217)), {"\"t.a\"", "16777217", "at most 16777216"}},
      {"ArrayCountHuge", array(ArrayOf(8, ~uint64_t{0})), {"\"t.a\"", "at most 16777216"}},
      {"ArrayBytes", array(ArrayOf(12, 16777216)), {"\"t.a\"", "16777216 f64", "bytes left"}},
      {"ArrayStringBytes", array(ArrayOf(8, 1000)), {"\"t.a\"", "1000 string", "bytes left"}},
      {"ArrayBool", array(ArrayOf(7, 2, "\x01\x02")), {"\"t.a\"", "the bool 2", "0 or 1"}},
      {"Split",
       pair("split.count", GgufType::kU16, Raw(uint16_t{3})),
       {"\"split.count\"", "3 files", "one file"}},
      {"AlignmentType",
       pair("general.alignment", GgufType::kU64, Raw(uint64_t{32})),
       {"\"general.alignment\"", "u64", "u32"}},
      {"AlignmentZero",
       [](auto& w) { w.U32("general.alignment", 0); },
       {"\"general.alignment\"", "found 0", "power of two"}},
      {"AlignmentOdd",
       [](auto& w) { w.U32("general.alignment", 48); },
       {"\"general.alignment\"", "found 48", "power of two"}},
      {"AlignmentSmall",
       [](auto& w) { w.U32("general.alignment", 4); },
       {"\"general.alignment\"", "found 4", "at least 8"}},
  };
}

std::vector<Damage> TensorDamages() {
  const auto add = [](const std::string& name, const std::vector<uint64_t>& ne, uint32_t type) {
    return [=](GgufWriter& w) { w.tensors.push_back({name, ne, type, std::string(64, '\0'), {}}); };
  };
  const auto offset = [](uint64_t value) {
    return [=](GgufWriter& w) { w.tensors[1].offset = value; };
  };
  return {
      {"NameEmpty", add("", {16}, 0), {"tensor 2", "0 bytes", "1 to 63"}},
      {"NameLong", add(std::string(64, 'n'), {16}, 0), {"tensor 2", "64 bytes", "1 to 63"}},
      {"NameTwice", add("first", {16}, 0), {"\"first\"", "second time", "unique"}},
      {"DimsNone", add("t", {}, 0), {"\"t\"", "0 dimensions", "1 to 4"}},
      {"DimsFive", add("t", {1, 1, 1, 1, 16}, 0), {"\"t\"", "5 dimensions", "1 to 4"}},
      {"DimZero", add("t", {16, 0}, 0), {"\"t\"", "dimension 1 of 0", "1 to 2^40"}},
      {"DimHuge", add("t", {(uint64_t{1} << 40) + 1}, 0), {"\"t\"", "dimension 0", "1 to 2^40"}},
      {"ProductHuge", add("t", {uint64_t{1} << 40, 1 << 8, 2}, 0), {"\"t\"", "product", "2^48"}},
      {"ProductWraps",
       add("t", {uint64_t{1} << 40, uint64_t{1} << 40}, 0),
       {"\"t\"", "product", "2^48"}},
      {"TypeUnknown", add("t", {16}, 99), {"\"t\"", "99 (unknown)", "Q4_1"}},
      {"TypeRemoved", add("t", {16}, 4), {"\"t\"", "4 (removed)", "Q4_1"}},
      {"TypeUnsupported", add("t", {256}, 13), {"\"t\"", "13 (Q5_K)", "Q4_1"}},
      {"TypeInteger", add("t", {16}, 26), {"\"t\"", "26 (I32)", "Q4_1"}},
      {"RowNoMultiple", add("t", {48, 2}, 3), {"\"t\"", "48 elements", "Q4_1's block of 32"}},
      {"OffsetUnaligned", offset(65), {"\"second\"", "offset 65", "alignment 32"}},
      {"OffsetOverlap", offset(32), {"\"second\"", "offset 32", "64"}},
      {"OffsetHole", offset(96), {"\"second\"", "offset 96", "64"}},
      {"OffsetHuge", offset(~uint64_t{31}), {"\"second\"", "offset", "64"}},
      {"DataPastEnd", add("t", {1 << 20}, 0), {"\"t\"", "a file of", "4194304 bytes of data"}},
      {"DataFarPastEnd",
       add("t", {uint64_t{1} << 40, 1 << 8}, 0),
       {"\"t\"", "a file of", "1125899906842624 bytes of data"}},
  };
}

std::vector<Damage> WeightDamages() {
  // An infinity or a NaN at `at` of one block of `size` bytes.
  const auto block = [](uint32_t type, uint64_t elements, size_t size, size_t at,
                        const std::string& bad) {
    return [=](GgufWriter& w) {
      std::string data(2 * size, '\x11');
      data.replace(size + at, bad.size(), bad);
      w.tensors.push_back({"bad", {elements, 2}, type, data, {}});
    };
  };
  const std::string inf16 = Raw(uint16_t{0x7C00});
  const std::string nan16 = Raw(uint16_t{0xFE00});
  const auto message = [](const std::string& element) {
    return std::vector<std::string>{"\"bad\"", "not finite at element " + element,
                                    "finite weights"};
  };
  return {
      {"F32Nan", block(0, 8, 32, 4, Raw(uint32_t{0x7FC00000})), message("9")},
      {"F32Inf", block(0, 8, 32, 0, Raw(uint32_t{0xFF800000})), message("8")},
      {"F16Inf", block(1, 8, 16, 2, inf16), message("9")},
      {"Bf16Nan", block(30, 8, 16, 6, Raw(uint16_t{0x7F81})), message("11")},
      {"Q4_0Scale", block(2, 32, 18, 0, nan16), message("32")},
      {"Q4_1Scale", block(3, 32, 20, 0, nan16), message("32")},
      {"Q4_1Minimum", block(3, 32, 20, 2, inf16), message("32")},
      {"Q5_0Scale", block(6, 32, 22, 0, inf16), message("32")},
      {"Q5_1Minimum", block(7, 32, 24, 2, inf16), message("32")},
      {"Q8_0Scale", block(8, 32, 34, 0, nan16), message("32")},
      {"Q4_KScale", block(12, 256, 144, 0, inf16), message("256")},
      {"Q4_KMinimum", block(12, 256, 144, 2, inf16), message("256")},
      {"Q6_KScale", block(14, 256, 210, 208, nan16), message("256")},
  };
}

const auto kNameOf = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Header, GgufDamageTest, testing::ValuesIn(HeaderDamages()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Pair, GgufDamageTest, testing::ValuesIn(PairDamages()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Tensor, GgufDamageTest, testing::ValuesIn(TensorDamages()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Weight, GgufDamageTest, testing::ValuesIn(WeightDamages()), kNameOf);

TEST(GgufHostileTest, WeightCheckCanBeTurnedOff) {
  GgufWriter writer = ValidWriter();
  writer.tensors[1].data.replace(0, 4, Raw(uint32_t{0x7FC00000}));
  const std::string bytes = writer.File();
  EXPECT_THROW(GgufFile(AsBytes(bytes), "f"), Error);
  EXPECT_NO_THROW(GgufFile(AsBytes(bytes), "f", {.check_weights = false}));
}

TEST(GgufHostileTest, SmallFilesNameTheirSize) {
  ExpectBadInput({"f: header", "0 bytes", "at least 24"}, [] { GgufFile(AsBytes(""), "f"); });
  ExpectBadInput({"f: header", "23 bytes", "at least 24"},
                 [] { GgufFile(AsBytes("GGUF\3                  "), "f"); });
}

TEST(GgufHostileTest, IllFormedTextIsRefusedWhereUsed) {
  GgufWriter writer;
  writer.String("general.architecture", "ll\xFF");
  const std::string bytes = writer.File();
  const GgufFile file(AsBytes(bytes), "f");
  ExpectBadInput({"f: ", "\"general.architecture\"", "offset 2", "UTF-8"},
                 [&] { file.String("general.architecture"); });
}

TEST(GgufHostileTest, EveryTruncationIsRefused) {
  const std::string bytes = ValidWriter().File();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(GgufFile(AsBytes(std::string_view(bytes).substr(0, size)), "f"), Error) << size;
  }
}

}  // namespace
}  // namespace dsb
