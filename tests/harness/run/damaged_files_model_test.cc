// Damaged copies of the real target and drafter, given to the real program: exit 2, one line that
// names the file and the place, and no results file.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/temporary_folder.h"
#include "tests/build_paths.h"
#include "tests/harness/child_process.h"
#include "tests/target_file.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void WriteAll(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class DamagedFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
  }

  void ExpectRefused(const std::vector<std::string>& arguments,
                     const std::vector<std::string>& parts) const {
    std::vector<std::string> all = {"run",     "--workload", DSB_SOURCE_DIR "/workloads/math.jsonl",
                                    "--limit", "1",          "--max-tokens",
                                    "2",       "--output",   (folder_ / "out.db").string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ChildResult result = RunChild(all);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    for (const std::string& part : parts) {
      EXPECT_NE(result.err.find(part), std::string::npos) << part << " not in: " << result.err;
    }
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      EXPECT_FALSE(entry.path().filename().string().starts_with("out.db")) << entry.path();
    }
  }

  const TemporaryFolder folder_;
};

TEST_F(DamagedFiles, TargetIsRefused) {
  const std::string good = ReadAll(TargetFile());
  const auto expect = [&](const std::string& bytes, const std::vector<std::string>& parts) {
    WriteAll(folder_ / "bad.gguf", bytes);
    ExpectRefused({"--drafters", "none", "--target", (folder_ / "bad.gguf").string()}, parts);
  };
  expect(good.substr(0, good.size() / 2), {"bad.gguf", "blk."});
  std::string bytes = good;
  bytes[0] = 'X';
  expect(bytes, {"bad.gguf", "GGUF"});
  bytes = good;
  bytes[15] = '\x10';  // the tensor count's highest byte
  expect(bytes, {"bad.gguf", "tensors"});
  bytes = good;
  std::memcpy(bytes.data() + good.find("llama.block_count"), "llama.block_xount", 17);
  expect(bytes, {"bad.gguf", "llama.block_count", "missing"});
  bytes = good;
  // The first scale of blk.0.ffn_down, behind token_embd and blk.0.attn_norm in the data section.
  const size_t scale = 1'785'664 + 30'081'024 + 2'304;
  bytes[scale] = '\x00';
  bytes[scale + 1] = '\x7e';
  expect(bytes, {"bad.gguf", "blk.0.ffn_down.weight", "finite"});
}

TEST_F(DamagedFiles, DrafterIsRefused) {
  const fs::path drafter = folder_ / "drafter";
  fs::copy(DSB_SOURCE_DIR "/models/dspark", drafter);
  const std::string weights = ReadAll(drafter / "model.safetensors");
  const std::string config = ReadAll(drafter / "config.json");
  const std::vector<std::string> arguments = {"--target", TargetFile(), "--drafter-path",
                                              drafter.string()};
  std::string other = config;
  const size_t hash = other.find("b179c952");
  ASSERT_NE(hash, std::string::npos);
  other.replace(hash, 8, "00000000");
  WriteAll(drafter / "config.json", other);
  ExpectRefused(arguments, {"config.json", "another target"});
  WriteAll(drafter / "config.json", config);
  WriteAll(drafter / "model.safetensors", weights.substr(0, weights.size() - 2));
  ExpectRefused(arguments, {"model.safetensors"});
  std::string bytes = weights;
  bytes[bytes.size() - 2] = '\xc0';  // the last bf16 becomes NaN
  bytes[bytes.size() - 1] = '\x7f';
  WriteAll(drafter / "model.safetensors", bytes);
  ExpectRefused(arguments, {"finite"});
}

TEST_F(DamagedFiles, PromptLongerThanTheContextIsRefused) {
  std::string text = "{\"turns\": [\"";
  for (int i = 0; i < 9000; ++i) text += "word ";
  WriteAll(folder_ / "long.jsonl", text + "\"]}\n");
  ExpectRefused({"--target", TargetFile(), "--workload", (folder_ / "long.jsonl").string()},
                {"long.jsonl", "8192"});
}

}  // namespace
}  // namespace dsb
