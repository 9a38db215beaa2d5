// What is printed from the commands' descriptions: docs/options.md and the completion.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/harness/child_process.h"

namespace dsb {
namespace {

TEST(Pages, TheCommittedOptionsPageIsWhatTheProgramPrints) {
  const ChildResult result = RunChild({"help", "--markdown"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::ifstream file(DSB_SOURCE_DIR "/docs/options.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(result.out, page) << "write it again: dsbench help --markdown >docs/options.md";
  EXPECT_NE(page.find("| `--draft-length TOKENS` | `7` |"), std::string::npos);
  EXPECT_EQ(page.find("null-step-us"), std::string::npos);
}

TEST(Pages, HelpIsTheProgramsOwn) { EXPECT_EQ(RunChild({"help"}).out, RunChild({"--help"}).out); }

class Completion : public testing::Test {
 protected:
  Completion() : path_(testing::TempDir() + "dsb_completion_" + std::to_string(getpid())) {
    const ChildResult result = RunChild({"completion", "bash"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::ofstream(path_) << result.out;
  }
  ~Completion() override { std::filesystem::remove(path_); }

  // What bash offers for the last of `words`.
  std::string Complete(const std::string& words) const {
    const std::string script = "source " + path_ + "; COMP_WORDS=(" + words +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _dsbench; "
                               "echo -n \\\"${COMPREPLY[*]}\\\"";
    std::FILE* const pipe = popen(("bash -c '" + script + "'").c_str(), "r");
    std::string text;
    char buffer[4096];
    while (const size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) {
      text.append(buffer, size);
    }
    EXPECT_EQ(pclose(pipe), 0);
    return text;
  }

  std::string path_;
};

TEST_F(Completion, IsAScriptThatCompletesCommandsOptionsAndChoices) {
  EXPECT_EQ(std::system(("bash -n " + path_).c_str()), 0);
  EXPECT_EQ(Complete("dsbench comp"), "\"compare completion\"");
  EXPECT_EQ(Complete("dsbench run --drafter-"), "\"--drafter-path --drafter-weights\"");
  EXPECT_EQ(Complete("dsbench run --drafter-weights \"\""), "\"stored q8 f32\"");
  EXPECT_EQ(Complete("dsbench generate --policy th"), "\"threshold\"");
  EXPECT_EQ(Complete("dsbench generate --drafters ds"), "\"dspark\"");
  EXPECT_EQ(Complete("dsbench run --output re"), "\"\"");  // bash goes on with files
  EXPECT_EQ(Complete("dsbench completion b"), "\"bash\"");
}

}  // namespace
}  // namespace dsb
