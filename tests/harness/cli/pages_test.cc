// What is printed from the commands' descriptions: docs/options.md, the man page and the
// completion.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/harness/run_here.h"

namespace dsb {
namespace {

TEST(Pages, TheCommittedOptionsPageIsWhatTheProgramPrints) {
  const ChildResult result = RunHere({"help", "--markdown"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::ifstream file(DSB_SOURCE_DIR "/docs/options.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(result.out, page) << "write it again: dsbench help --markdown >docs/options.md";
  EXPECT_NE(page.find("| `--draft-length TOKENS` | `7` |"), std::string::npos);
  EXPECT_EQ(page.find("null-step-us"), std::string::npos);
}

TEST(Pages, HelpIsTheProgramsOwn) { EXPECT_EQ(RunHere({"help"}).out, RunHere({"--help"}).out); }

// What a shell command prints.
std::string OutputOf(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  while (const size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, size);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

TEST(Pages, TheManPageHasEveryOptionVariableAndExitCode) {
  const ChildResult man = RunHere({"help", "--man"});
  ASSERT_EQ(man.exit_code, 0) << man.err;
  EXPECT_TRUE(man.out.starts_with(".TH DSBENCH 1 ")) << man.out;
  // The same facts as in the other page, whose code words are in backquotes.
  const std::string page = RunHere({"help", "--markdown"}).out;
  int num_words = 0;
  for (size_t at = page.find("\n| `"); at != std::string::npos; at = page.find("\n| `", at + 1)) {
    std::string word = page.substr(at + 4, page.find_first_of(" ,`", at + 4) - at - 4);
    for (size_t dash = 0; (dash = word.find('-', dash)) != std::string::npos; dash += 2) {
      word.insert(dash, 1, '\\');
    }
    EXPECT_NE(man.out.find("\\fB" + word + "\\fR"), std::string::npos) << word;
    ++num_words;
  }
  EXPECT_GT(num_words, 80);
  for (const char* code : {"0", "1", "2", "3", "4", "70"}) {
    EXPECT_NE(man.out.find("\n\\fB" + std::string(code) + "\\fR\n"), std::string::npos) << code;
  }
  EXPECT_EQ(RunHere({"help", "--man", "--markdown"}).exit_code, 2);
}

TEST(Pages, TheManPageIsGoodRoff) {
  if (std::system("command -v groff >/dev/null") != 0) GTEST_SKIP() << "no groff here";
  const std::string format = "'" DSB_BINARY "' help --man | groff -man -Tutf8 -ww -P-cbu ";
  EXPECT_EQ(OutputOf(format + "2>&1 >/dev/null"), "");
  const std::string text = OutputOf(format);
  EXPECT_NE(text.find("--drafter-path [NAME=]FOLDER"), std::string::npos) << text;
  EXPECT_NE(text.find("DSBENCH_MODELS"), std::string::npos) << text;
}

class Completion : public testing::Test {
 protected:
  Completion() : path_(testing::TempDir() + "dsb_completion_" + std::to_string(getpid())) {
    const ChildResult result = RunHere({"completion", "bash"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::ofstream(path_) << result.out;
  }
  ~Completion() override { std::filesystem::remove(path_); }

  // What bash offers for the last of `words`.
  std::string Complete(const std::string& words) const {
    const std::string script = "source " + path_ + "; COMP_WORDS=(" + words +
                               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _dsbench; "
                               "echo -n \\\"${COMPREPLY[*]}\\\"";
    return OutputOf("bash -c '" + script + "'");
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
