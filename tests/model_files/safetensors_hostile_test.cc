// Small and damaged safetensors files: one for each rule of formats.md 2, refused naming file,
// place and expected value.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "engines/model_files/safetensors.h"
#include "tests/model_files/expect_error.h"
#include "tests/model_files/safetensors_writer.h"

namespace dsb {
namespace {

TEST(SafetensorsHostileTest, ReadsASmallFile) {
  const std::string bytes = SmallSafetensorsFile();
  const Safetensors file = Safetensors::Parse(AsBytes(bytes), "s");
  ASSERT_NE(file.Find("a"), nullptr);
  EXPECT_EQ(file.Find("a")->shape, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(file.Find("a")->bytes.size(), 16u);
  EXPECT_EQ(file.Find("c")->type, TensorType::kBf16);
  ASSERT_NE(file.FindInts("b"), nullptr);
  EXPECT_EQ(*file.FindInts("b"), (std::vector<int64_t>{-7, 9}));
  EXPECT_EQ(file.Find("none"), nullptr);  // legal, but never a weight
  EXPECT_EQ(file.tensors().size(), 2u);
  file.CheckFinite();
}

TEST(SafetensorsHostileTest, AScalarHasOneElement) {
  const std::string bytes =
      SafetensorsFile(R"({"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", Raw(2.0f));
  const Safetensors file = Safetensors::Parse(AsBytes(bytes), "s");
  EXPECT_EQ(file.Find("x")->bytes.size(), 4u);
  EXPECT_EQ(file.Find("x")->rows() * file.Find("x")->cols(), 1);
}

TEST(SafetensorsHostileTest, FindsWeightsThatAreNotFinite) {
  std::string bytes = SmallSafetensorsFile();
  bytes.replace(bytes.size() - 2, 2, "\x80\x7F");
  const Safetensors file = Safetensors::Parse(AsBytes(bytes), "s");
  ExpectBadInput({"s: tensor \"c\"", "not finite at element 3"}, [&] { file.CheckFinite(); });
}

struct Bad {
  std::string header;
  size_t data_bytes;
  std::vector<std::string> message;
};

// The header of one tensor "t" with these fields.
std::string OneTensor(const std::string& fields) { return "{\"t\":{" + fields + "}}"; }

std::vector<Bad> BadHeaders() {
  const std::string ok = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  return {
      {"", 0, {"header", "first byte", "'{'"}},
      {" {}", 0, {"header", "first byte", "'{'"}},
      {"\xEF\xBB\xBF{}", 0, {"header", "first byte", "'{'"}},
      {"{}\n", 0, {"header", "last byte", "spaces"}},
      {std::string("{}\0", 3), 0, {"header", "last byte", "spaces"}},
      {std::string("{}\0}", 4), 0, {"header", "NUL byte"}},
      {"{]}", 0, {"header", "ill-formed", "JSON"}},
      {"{}{}", 0, {"header", "ill-formed", "JSON"}},
      {"{\"t\xFF\":1}", 0, {"header", "ill-formed", "JSON"}},
      {"{" + OneTensor(ok).substr(1, ok.size() + 6) + "," + OneTensor(ok).substr(1),
       8,
       {"header", "\"t\" twice", "unique"}},
      {OneTensor(ok + R"(,"dtype":"F32")"), 8, {"header", "\"dtype\" twice", "unique"}},
      {OneTensor(ok + R"(,"x":[[[[[[[]]]]]]])"), 8, {"header", "deeper than 8"}},
      {OneTensor(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"), 8, {"header", "-2"}},
      {OneTensor(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])"), 8, {"header", "2.0"}},
      {OneTensor(R"("dtype":"F32","shape":[2e0],"data_offsets":[0,8])"), 8, {"header", "2e0"}},
      {OneTensor(R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8])"),
       8,
       {"header", "9223372036854775808", "2^63-1"}},
      {OneTensor(R"("dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8])"),
       8,
       {"header", "99999999999999999999", "2^63-1"}},
      {R"({"t":[]})", 0, {"tensor \"t\"", "no object"}},
      {OneTensor(R"("shape":[2],"data_offsets":[0,8])"), 8, {"\"t\"", "no dtype"}},
      {OneTensor(ok + R"(,"scale":2)"), 8, {"\"t\"", "\"scale\"", "data_offsets"}},
      {OneTensor(R"("dtype":"F32","data_offsets":[0,8])"), 8, {"\"t\"", "no shape"}},
      {OneTensor(R"("dtype":"F32","shape":[2])"), 8, {"\"t\"", "no data_offsets"}},
      {OneTensor(R"("dtype":1,"shape":[2],"data_offsets":[0,8])"), 8, {"\"t\"", "dtype", "string"}},
      {OneTensor(R"("dtype":"F64","shape":[1],"data_offsets":[0,8])"), 8, {"\"F64\"", "BF16, I64"}},
      {OneTensor(R"("dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8])"), 8, {"\"F8_E4M3\""}},
      {OneTensor(R"("dtype":"F32","shape":{},"data_offsets":[0,8])"), 8, {"shape", "integers"}},
      {OneTensor(R"("dtype":"F32","shape":["2"],"data_offsets":[0,8])"), 8, {"shape", "integers"}},
      {OneTensor(R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8])"),
       8,
       {"9 dimensions", "at most 8"}},
      {OneTensor(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])"),
       0,
       {"overflows", "2^63-1"}},
      {OneTensor(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"), 8, {"begin <= end"}},
      {OneTensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,4,8])"), 8, {"begin <= end"}},
      {OneTensor(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"), 8, {"8 bytes", "12 for"}},
      {OneTensor(R"("dtype":"F32","shape":[2],"data_offsets":[4,12])"), 12, {"from 4", "from 0"}},
      {OneTensor(ok), 7, {"\"t\"", "to 8", "at most 7"}},
      {OneTensor(ok), 9, {"data", "9 bytes", "expected 8"}},
      {R"({"__metadata__":{"a":1}})", 0, {"__metadata__", "object of strings"}},
      {R"({"__metadata__":[]})", 0, {"__metadata__", "object of strings"}},
      {R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
       R"("u":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
       12,
       {"\"u\"", "from 4", "from 8"}},
  };
}

TEST(SafetensorsHostileTest, RefusesEachBrokenRuleByName) {
  for (const Bad& bad : BadHeaders()) {
    SCOPED_TRACE(bad.header);
    const std::string bytes = SafetensorsFile(bad.header, std::string(bad.data_bytes, '\0'));
    std::vector<std::string> parts = {"bad.safetensors: "};
    parts.insert(parts.end(), bad.message.begin(), bad.message.end());
    ExpectBadInput(parts, [&] { Safetensors::Parse(AsBytes(bytes), "bad.safetensors"); });
  }
}

TEST(SafetensorsHostileTest, RefusesBadLengths) {
  ExpectBadInput({"s: header", "7 bytes", "at least 8"},
                 [] { Safetensors::Parse(AsBytes("1234567"), "s"); });
  const std::string past_end = Raw(uint64_t{3}) + "{}";
  ExpectBadInput({"s: header", "length of 3", "at most 2"},
                 [&] { Safetensors::Parse(AsBytes(past_end), "s"); });
  const std::string huge = Raw(~uint64_t{0}) + "{}";
  ExpectBadInput({"s: header", "18446744073709551615", "at most 2"},
                 [&] { Safetensors::Parse(AsBytes(huge), "s"); });
}

class ShardsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_);
    Write("one.safetensors", Tensor("a"));
    Write("two.safetensors", Tensor("b"));
  }
  static std::string Tensor(const std::string& name) {
    return SafetensorsFile("{\"" + name + R"(":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                           Raw(1.0f));
  }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  void Index(const std::string& map) const {
    Write("model.safetensors.index.json",
          R"({"metadata":{"total_size":8.5},"weight_map":)" + map + "}");
  }
  void ExpectRefused(const std::string& map, const std::vector<std::string>& message) const {
    SCOPED_TRACE(map);
    Index(map);
    std::vector<std::string> parts = {folder_.string()};
    parts.insert(parts.end(), message.begin(), message.end());
    ExpectBadInput(parts, [&] { Safetensors::Open(folder_.string()); });
  }
  const TemporaryFolder root_;
  const std::filesystem::path folder_ = root_ / "model";
};

TEST_F(ShardsTest, JoinsTheFiles) {
  Index(R"({"a":"one.safetensors","b":"two.safetensors"})");
  const Safetensors file = Safetensors::Open(folder_.string());
  ASSERT_NE(file.Find("a"), nullptr);
  ASSERT_NE(file.Find("b"), nullptr);
  EXPECT_EQ(file.Find("b")->bytes.size(), 4u);
}

TEST_F(ShardsTest, RefusesUnsafeFileNames) {
  for (const char* name : {"../one.safetensors", "/etc/passwd", "x/one.safetensors", "", ".", "..",
                           "a..b", "one safetensors"}) {
    ExpectRefused(R"({"a":")" + std::string(name) + R"("})", {"weight_map", "\"a\"", "letters"});
  }
  ExpectRefused(R"({"a":1})", {"weight_map", "\"a\"", "letters"});
}

TEST_F(ShardsTest, RefusesLinksOutOfTheFolder) {
  std::ofstream(root_ / "outside", std::ios::binary) << Tensor("a");
  std::filesystem::create_symlink(root_ / "outside", folder_ / "link");
  ExpectRefused(R"({"a":"link"})", {"weight_map", "\"link\"", "inside"});
  // A neighbour whose name only starts like the folder's is outside too.
  std::filesystem::create_directory(root_ / "model2");
  std::ofstream(root_ / "model2" / "file", std::ios::binary) << Tensor("a");
  std::filesystem::create_symlink(root_ / "model2" / "file", folder_ / "link2");
  ExpectRefused(R"({"a":"link2"})", {"weight_map", "\"link2\"", "inside"});
  std::filesystem::create_symlink("one.safetensors", folder_ / "link3");
  Index(R"({"a":"link3"})");
  EXPECT_NO_THROW(Safetensors::Open(folder_.string()));
}

TEST_F(ShardsTest, RefusesMapsThatDisagreeWithTheFiles) {
  ExpectRefused(R"({"a":"one.safetensors","b":"one.safetensors"})",
                {"one.safetensors", "no tensor \"b\""});
  ExpectRefused(R"({"b":"one.safetensors","a":"two.safetensors"})",
                {"one.safetensors", "\"a\"", "only what"});
  ExpectRefused(R"({"a":"one.safetensors","a":"two.safetensors"})", {"\"a\" twice"});
  ExpectRefused("{}", {"weight_map", "missing"});
  ExpectRefused("[]", {"weight_map", "missing"});
}

TEST_F(ShardsTest, MissingFilesAreResources) {
  const auto code = [&] {
    try {
      Safetensors::Open(folder_.string());
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::kDone;
  };
  EXPECT_EQ(code(), ExitCode::kResource);  // neither file nor index
  Index(R"({"a":"absent.safetensors"})");
  EXPECT_EQ(code(), ExitCode::kResource);
}

}  // namespace
}  // namespace dsb
