// The command line that a record keeps: written from the options, without a folder of the machine,
// and such that the program reads it back.
#include "harness/options/stored_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "harness/machine/environment.h"
#include "harness/options/file_name.h"
#include "harness/options/names.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Stored(const RunOptions& options) { return StoredCommand(options, options); }

RunOptions Null() {
  RunOptions options;
  options.engine = "null";
  return options;
}

TEST(StoredCommand, HoldsWhatDiffersFromTheDefaults) {
  EXPECT_EQ(Stored(Null()), "dsbench run --engine null");
  RunOptions options = Null();
  options.drafters = {"none", "dspark:4:threshold=0.25"};
  options.temperature = 0.1;
  options.max_tokens = 9;
  options.label = "it's a label";
  options.no_report = options.resume = true;
  EXPECT_EQ(Stored(options),
            "dsbench run --engine null --drafters none,dspark:4:threshold=0.25 --temperature 0.1 "
            "--max-tokens 9 --label 'it'\\''s a label' --no-report");
  options.label = "-dash";
  EXPECT_THAT(Stored(options), HasSubstr("--label=-dash"));
}

// Every option that names files, with folders before, behind and between.
TEST(StoredCommand, NamesNoFolder) {
  for (const std::string root : {"/srv/alice/secret/", "../alice/secret/", "secret/",
                                 "./secret/../secret/", "~/secret/", "/srv/alice/../secret//"}) {
    RunOptions options = Null();
    for (size_t i = 0; i < DescribeOptions(options).size(); ++i) {
      RunOptions changed = Null();
      const Option option = DescribeOptions(changed)[i];
      if (option.path == PathForm::kNone || option.path == PathForm::kUrl) continue;
      const bool named = option.path == PathForm::kNamed;
      std::vector<std::string> texts = {(named ? "dspark=" : "") + root + "file.x"};
      if (TakesMany(option.value)) texts.push_back((named ? "dflash=" : "") + root + "other.x/");
      ASSERT_TRUE(SetValue(option.value, texts));
      const std::string stored = Stored(changed);
      EXPECT_THAT(stored, Not(HasSubstr("secret"))) << option.name;
      EXPECT_THAT(stored, Not(HasSubstr("alice"))) << option.name;
      EXPECT_THAT(stored, HasSubstr("--" + option.name + (named ? " dspark=file.x" : " file.x")));
      if (TakesMany(option.value)) {
        EXPECT_THAT(stored, HasSubstr("other.x"));
      }
    }
  }
}

TEST(StoredCommand, NamesNoServersHost) {
  RunOptions options = Null();
  options.server_arms = {"plain=https://alice.example.com:8443", "dspark=http://127.0.0.1:8081"};
  const std::string stored = Stored(options);
  EXPECT_THAT(stored, Not(HasSubstr("alice")));
  EXPECT_THAT(stored, HasSubstr("--arm plain=https://host-"));
  EXPECT_THAT(stored, HasSubstr("--arm dspark=http://127.0.0.1:8081"));
}

TEST(StoredCommand, TwoPathsOfOneNameStayTwo) {
  RunOptions options = Null();
  options.drafter_paths = {"A=/srv/alice/run1/final", "B=/srv/alice/run2/final",
                           "dflash=/srv/alice/run1/final"};
  EXPECT_THAT(Stored(options), HasSubstr("--drafter-path A=final --drafter-path B=2/final "
                                         "--drafter-path dflash=final"));
  options.workloads = {"/data/a,b.jsonl", "/data/c.jsonl"};
  EXPECT_THAT(Stored(options), HasSubstr("--workload a,b.jsonl --workload c.jsonl"));
  options.workloads = {"/data/a.jsonl", "/data/c.jsonl"};
  EXPECT_THAT(Stored(options), HasSubstr("--workload a.jsonl,c.jsonl"));
}

TEST(StoredCommand, SaysWhatVariablesStoodFor) {
  RunOptions given, filled;
  filled.target = "/srv/alice/models/mine.gguf";
  filled.drafter_folders = {{"dspark", "/srv/alice/drafters/dspark"}};
  EXPECT_EQ(StoredCommand(given, filled), "dsbench run --target mine.gguf");
  filled.target = "/srv/alice/.cache/dsbench/SmolLM2-135M-Instruct.Q4_1.gguf";
  EXPECT_EQ(StoredCommand(given, filled), "dsbench run");
  setenv("DSBENCH_MODELS", "/srv/alice/drafters", 1);
  EXPECT_EQ(StoredCommand(given, filled), "dsbench run --drafter-path dspark=dspark");
  unsetenv("DSBENCH_MODELS");
}

TEST(WithNamesOnly, TakesTheFoldersOutOfAMessage) {
  RunOptions options = Null();
  options.output = "/srv/alice/x.db";
  options.drafter_folders = {{"dspark", "../alice/drafter"}};
  EXPECT_EQ(WithNamesOnly("/srv/alice/x.db: full; ../alice/drafter: gone; other", options),
            "x.db: full; drafter: gone; other");
}

TEST(FileName, IsTheLastPart) {
  EXPECT_EQ(FileName("/a/b/c.jsonl"), "c.jsonl");
  EXPECT_EQ(FileName("/a/b/"), "b");
  EXPECT_EQ(FileName("/a/b/.."), "a");
  EXPECT_EQ(FileName("b"), "b");
  EXPECT_EQ(FileName("."), std::filesystem::current_path().filename());
  EXPECT_EQ(FileNames({"/a/b.jsonl", "../c,d.jsonl"}), "b.jsonl,c,d.jsonl");
}

TEST(ShellText, IsReadBackAsItWas) {
  for (const std::string text : {"plain-1.2_3/x,y:z=4@5+6%7^8", "", "two words", "it's",
                                 "$HOME `x` \"q\" \\ !! # ~ {a,b} [c]*?", "a\nb", "esc\x1B[31m'\\",
                                 "\xC3\xA9", "\xE2\x80\xAE", "-x", "~", "#x", "a;b&c|d<e>f(g)"}) {
    const std::string quoted = ShellText(text);
    EXPECT_EQ(quoted.find('\x1B'), std::string::npos);
    std::FILE* const pipe = popen(("bash <<'EOT'\nprintf %s " + quoted + "\nEOT").c_str(), "r");
    std::string back;
    char buffer[256];
    while (const size_t size = std::fread(buffer, 1, sizeof buffer, pipe))
      back.append(buffer, size);
    pclose(pipe);
    EXPECT_EQ(back, text) << quoted;
  }
}

}  // namespace
}  // namespace dsb
