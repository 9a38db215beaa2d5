// `dsbench generate` with the real model: what its options change and what they must not.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/harness/child_process.h"
#include "tests/harness/terminal_child.h"
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

// What came before the signal stays, and the exit code says that it is not all.
TEST_F(GenerateTest, ASignalCutsTheAnswerAndSaysSo) {
  for (const int signal : {SIGINT, SIGTERM}) {
    ChildProcess child({"generate", "--prompt", "Write a story about a river.", "--target",
                        TargetFile(), "--max-tokens", "7000", "--temperature", "1"});
    child.WaitForOutput(" ");
    child.Signal(signal);
    const ChildResult result = child.Wait();
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_GT(result.out.size(), 1u);
    EXPECT_TRUE(result.out.ends_with('\n'));
    EXPECT_NE(result.err.find("interrupted: the answer is not whole"), std::string::npos);
    EXPECT_NE(result.err.find("tokens/s"), std::string::npos) << result.err;
  }
}

TEST_F(GenerateTest, AFullDiskEndsItAndALostReaderStopsIt) {
  const std::vector<std::string> arguments = {
      "generate", "--prompt", "Write a story.", "--target", TargetFile(), "--max-tokens", "2000"};
  const ChildResult full = RunChild(arguments, {}, ChildProcess::Stdout::kFull);
  EXPECT_EQ(full.exit_code, 3);
  EXPECT_NE(full.err.find("standard output: cannot be written"), std::string::npos) << full.err;
  const ChildResult broken = RunChild(arguments, {}, ChildProcess::Stdout::kBroken);
  EXPECT_EQ(broken.exit_code, 0);
  EXPECT_EQ(broken.err.find("2000 tokens"), std::string::npos) << broken.err;
}

TEST_F(GenerateTest, ALongPromptShowsHowFarItIsRead) {
  std::string prompt;
  for (int i = 0; i < 600; ++i) prompt += "word ";
  const ChildResult result = Generate({"--prompt", prompt});
  EXPECT_EQ(result.exit_code, 2) << "--prompt is given twice";
  const ChildResult read = RunChild({"generate", "--prompt", prompt, "--target", TargetFile(),
                                     "--max-tokens", "2", "--drafter", "none"});
  EXPECT_EQ(read.exit_code, 0) << read.err;
  EXPECT_NE(read.err.find("prompt: 256/"), std::string::npos) << read.err;
  EXPECT_NE(read.err.find("tokens read"), std::string::npos);
}

TEST_F(GenerateTest, ColoursAreForTerminalsThatTakeThem) {
  const std::vector<std::string> arguments = {
      "generate", "--prompt", "What is 2 + 2?", "--target", TargetFile(), "--max-tokens", "8"};
  const std::string colours = RunOnTerminal(arguments, 80);
  if (colours.empty()) GTEST_SKIP() << "no pseudo-terminals here";
  EXPECT_NE(colours.find("\x1b[33m"), std::string::npos);
  for (const ChildProcess::Variables& variables :
       {ChildProcess::Variables{{"NO_COLOR", "1"}}, {{"TERM", "dumb"}}}) {
    const std::string plain = RunOnTerminal(arguments, 80, variables);
    EXPECT_EQ(plain.find("\x1b["), std::string::npos) << plain;
    EXPECT_NE(plain.find("accepted length"), std::string::npos);
  }
  std::vector<std::string> always = arguments;
  always.insert(always.end(), {"--color", "always"});
  EXPECT_NE(RunOnTerminal(always, 80, {{"NO_COLOR", "1"}}).find("\x1b[33m"), std::string::npos);
}

TEST_F(GenerateTest, WhatCannotBeHadIsRefusedBeforeItRuns) {
  EXPECT_EQ(Generate({"--draft-length", "8"}).exit_code, 2);
  EXPECT_NE(Generate({"--draft-length", "8"}).err.find("drafts at most 7"), std::string::npos);
  EXPECT_EQ(Generate({"--drafter", "none", "--drafter-path", "models/dspark"}).exit_code, 2);
  const ChildResult idle = Generate({"--drafter", "none", "--draft-length", "3"});
  EXPECT_NE(idle.err.find("--draft-length changes nothing"), std::string::npos) << idle.err;
}

}  // namespace
}  // namespace dsb
