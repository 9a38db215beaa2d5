// `dsbench generate` with the real model: what its options change and what they must not.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/harness/child_process.h"
#include "tests/target_file.h"

namespace dsb {
namespace {

class GenerateTest : public testing::Test {
 protected:
  void SetUp() override {
    if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
  }
  static ChildResult Generate(const std::vector<std::string>& more,
                              const std::string& target = TargetFile()) {
    std::vector<std::string> arguments = {"generate", "--prompt",  "What is 2 + 2?",
                                          "--target", target,      "--max-tokens",
                                          "16",       "--threads", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunChild(arguments);
  }
};

TEST_F(GenerateTest, PoliciesChangeTheRoundsAndNotTheText) {
  const ChildResult fixed = Generate({});
  ASSERT_EQ(fixed.exit_code, 0) << fixed.err;
  EXPECT_FALSE(fixed.out.empty());
  EXPECT_EQ(fixed.err.find("accepted length 1.00"), std::string::npos) << fixed.err;
  const ChildResult none = Generate({"--policy", "none"});
  EXPECT_EQ(none.out, fixed.out);
  EXPECT_NE(none.err.find("accepted length 1.00"), std::string::npos) << none.err;
  // No confidence reaches 1, every one reaches 0.
  const ChildResult strict = Generate({"--policy", "threshold", "--threshold", "1"});
  EXPECT_EQ(strict.out, fixed.out);
  EXPECT_NE(strict.err.find("accepted length 1.00"), std::string::npos) << strict.err;
  const ChildResult open = Generate({"--policy", "threshold", "--threshold", "0"});
  EXPECT_EQ(open.out, fixed.out);
  const std::string rounds = fixed.err.substr(fixed.err.find("accepted length"));
  EXPECT_NE(open.err.find(rounds), std::string::npos) << open.err << fixed.err;
}

TEST_F(GenerateTest, BadPoliciesAreRefused) {
  EXPECT_EQ(Generate({"--policy", "sometimes"}).exit_code, 2);
  EXPECT_EQ(Generate({"--policy", "threshold", "--threshold", "1.5"}).exit_code, 2);
}

TEST_F(GenerateTest, OddTargetFilesAreAWarning) {
  const std::filesystem::path copy =
      std::filesystem::temp_directory_path() / ("dsb_odd_" + std::to_string(getpid()) + ".gguf");
  std::filesystem::copy_file(TargetFile(), copy);
  std::ofstream(copy, std::ios::binary | std::ios::app) << "tail";
  const ChildResult result = Generate({"--drafter", "none"}, copy.string());
  std::filesystem::remove(copy);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("warning: " + copy.string() + ": 4 bytes follow"), std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace dsb
