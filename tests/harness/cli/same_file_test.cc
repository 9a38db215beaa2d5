// Nothing that a command reads is written over, by whatever name; nor is anybody else's file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "harness/cli/cli.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/harness/run_here.h"
#include "tests/harness/store_with_foreign_text.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Arguments = std::vector<std::string>;

class SameFile : public testing::Test {
 protected:
  SameFile() {
    WriteForeignStore(Path("x.db"), "");
    Write("w.jsonl", "{\"turns\": [\"a\"]}\n");
    Write("notes.txt", "somebody's notes");
    Write("policy.json", "{}");
    fs::create_symlink(Path("x.db"), Path("soft"));
    fs::create_hard_link(Path("x.db"), Path("hard"));
    fs::create_symlink(folder_.path(), Path("folder"));
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }
  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Arguments RunInto(const std::string& output, const Arguments& more) const {
    Arguments arguments = {"run",      "--engine", "null",         "--workload", Path("w.jsonl"),
                           "--output", output,     "--max-tokens", "4",          "--no-report"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  void ExpectRefused(const Arguments& arguments, const std::string& part) const {
    const std::string before = Read("x.db"), work = Read("w.jsonl"), notes = Read("notes.txt");
    const ChildResult result = RunHere(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments[0] << ' ' << arguments.back() << result.err;
    EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_EQ(Read("x.db"), before);
    EXPECT_EQ(Read("w.jsonl"), work);
    EXPECT_EQ(Read("notes.txt"), notes);
  }

  const TemporaryFolder folder_;
};

TEST_F(SameFile, AnOutputThatIsAnInputIsRefused) {
  for (const std::string name : {"x.db", "soft", "hard", "folder/x.db", "./x.db", "x.db-wal"}) {
    const std::string other = Path(name);
    ExpectRefused({"timeline", Path("x.db"), "--output", other}, "is the file that results names");
    ExpectRefused(
        {"gate", "--baseline", Path("x.db:1"), "--candidate", Path("x.db:2"), "--verdict", other},
        "is the file that --baseline names");
    ExpectRefused({"gate", "--record-noise", Path("x.db"), "--verdict", other}, "--record-noise");
    ExpectRefused({"gate", "--baseline", "a.db", "--candidate", "b.db", "--noise", Path("x.db"),
                   "--verdict", other},
                  "--noise");
  }
  ExpectRefused({"gate", "--baseline", Path("x.db:1"), "--candidate", Path("x.db:2"), "--policy",
                 Path("policy.json"), "--verdict", Path("policy.json")},
                "--policy");
  ExpectRefused(RunInto(Path("new.db"), {"--timeline", Path("new.db")}), "--timeline");
  ExpectRefused(RunInto(Path("x.db"), {"--timeline", Path("soft")}), "--timeline");
  ExpectRefused(RunInto(Path("new.db"), {"--timeline", Path("folder/new.db-wal")}), "--timeline");
  ExpectRefused(RunInto(Path("new.db"), {"--timeline", Path("w.jsonl")}), "--workload");
  ExpectRefused(RunInto(Path("w.jsonl"), {}), "--workload");
  Write("c.json", "{\"timeline\": \"" + Path("w.jsonl") + "\"}");
  ExpectRefused(RunInto(Path("new.db"), {"--config", Path("c.json")}), "--workload");
  ExpectRefused(RunInto(Path("new.db"), {"--config", Path("c.json"), "--timeline", Path("c.json")}),
                "--config");
  Write("answers.jsonl", "{\"id\": \"1\", \"turns\": [\"a\"]}\n");
  ExpectRefused(
      {"sample", "--workload", Path("answers.jsonl"), "--output", folder_.path().string()},
      "--workload");
  EXPECT_FALSE(fs::exists(Path("new.db")));
  EXPECT_FALSE(fs::exists(Path("verdict.json")));
}

TEST_F(SameFile, AForeignFileIsNotReplaced) {
  for (const char* name : {"notes.txt", "w.jsonl", "policy.json"}) {
    ExpectRefused({"timeline", Path("x.db"), "--output", Path(name)}, "holds something else");
    ExpectRefused({"gate", "--baseline", Path("x.db:1"), "--candidate", Path("x.db:2"), "--verdict",
                   Path(name)},
                  "holds something else");
    if (name != std::string("w.jsonl")) {
      ExpectRefused(RunInto(Path("new.db"), {"--timeline", Path(name)}), "holds something else");
    }
  }
  ExpectRefused({"timeline", Path("x.db"), "--output", Write("v.json", "{\"format\": \"other\"}")},
                "holds something else");
  fs::create_directory(Path("samples"));
  Write("samples/features.bf16", "bytes");
  const ChildResult result =
      RunChild({"sample", "--workload", Path("w.jsonl"), "--output", Path("samples")},
               {{"DSBENCH_TARGET", Path("notes.txt")}});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_EQ(Read("samples/features.bf16"), "bytes");
}

TEST_F(SameFile, WhatIsNoFileIsRefusedBeforeAnyWork) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  for (const std::string& output : {std::string("/dev/full"), std::string("-"), Path("pipe")}) {
    const std::string part = output == "-" ? "found '-'" : "is no regular file";
    ExpectRefused(RunInto(Path("new.db"), {"--timeline", output}), "--timeline");
    ExpectRefused(RunInto(output, {}), part);
    ExpectRefused({"timeline", Path("x.db"), "--output", output}, part);
    ExpectRefused({"report", Path("x.db"), "--html", output}, part);
    ExpectRefused({"gate", "--baseline", Path("x.db:1"), "--candidate", Path("x.db:2"), "--verdict",
                   Path("v.json"), "--junit", output},
                  part);
  }
  EXPECT_FALSE(fs::exists(Path("new.db")));
  EXPECT_FALSE(fs::exists(Path("v.json")));
}

// What other programs read does not say that it was made here.
TEST_F(SameFile, AnExportReplacesNothing) {
  const auto to = [&](const std::string& output) {
    return Arguments{"export",   Path("x.db"), "--run",    "1",
                     "--format", "vllm-bench", "--output", output};
  };
  for (const char* name : {"x.db", "soft", "hard", "folder/x.db"}) {
    ExpectRefused(to(Path(name)), "is the file that what names");
  }
  for (const char* name : {"notes.txt", "w.jsonl"}) ExpectRefused(to(Path(name)), "is there");
  EXPECT_EQ(RunHere(to(Path("bench.json"))).exit_code, 0);
  ExpectRefused(to(Path("bench.json")), "is there");
  ExpectRefused({"export", "target", "--target", Path("notes.txt"), "--output", Path("notes.txt")},
                "--target");
  fs::create_directory(Path("model"));
  Write("model/config.json", "{}");
  ExpectRefused({"export", "dspark", "--format", "vllm", "--output", Path("model")},
                "config.json' is there");
  EXPECT_EQ(Read("model/config.json"), "{}");
}

TEST_F(SameFile, AJobSummaryIsNotAddedToWhatTheGateReads) {
  const Arguments gate = {"gate",         "--baseline",  Path("x.db:1"), "--candidate",
                          Path("x.db:2"), "--verdict",   Path("v.json"), "--no-store",
                          "--github",     "--resamples", "100"};
  const std::string before = Read("x.db");
  for (const char* name : {"x.db", "soft", "hard"}) {
    const ChildResult result = RunChild(gate, {{"GITHUB_STEP_SUMMARY", Path(name)}});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("GITHUB_STEP_SUMMARY"));
    EXPECT_EQ(Read("x.db"), before);
  }
  // An empty one is none.
  EXPECT_EQ(RunChild(gate, {{"GITHUB_STEP_SUMMARY", ""}}).exit_code,
            RunChild(gate, {{"GITHUB_STEP_SUMMARY", Path("summary.md")}}).exit_code);
  EXPECT_THAT(Read("summary.md"), HasSubstr("Gate"));
}

// A chart's values and its PDF do not say whose they are: the chart beside them does.
TEST_F(SameFile, AFigureReplacesFiguresOnly) {
  const auto figures = [&](const std::string& results, const std::string& folder) {
    return Arguments{"report", Path(results), "--figures", Path(folder), "--resamples", "100"};
  };
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(RunHere(figures("x.db", "figures")).exit_code, 0);
  }
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(Path("figures"))) {
    if (entry.path().extension() == ".svg") names.push_back(entry.path().stem().string());
  }
  ASSERT_FALSE(names.empty());
  fs::create_directory(Path("mine"));
  for (const char* suffix : {".csv", ".pdf", ".svg"}) {
    const std::string name = "mine/" + names.front() + suffix;
    Write(name, "somebody's values");
    ExpectRefused(figures("x.db", "mine"), names.front() + suffix + "' is there");
    EXPECT_EQ(Read(name), "somebody's values");
    EXPECT_EQ(std::distance(fs::directory_iterator(Path("mine")), {}), 1);
    fs::remove(Path(name));
  }
  // The results file itself under a chart's name.
  const std::string values = "figures/" + names.front() + ".csv";
  fs::copy_file(Path("x.db"), Path(values), fs::copy_options::overwrite_existing);
  const std::string before = Read(values);
  ExpectRefused(figures(values, "figures"), "is the results file");
  EXPECT_EQ(Read(values), before);
}

TEST_F(SameFile, OurOwnFilesAndEmptyOnesAre) {
  const Arguments timeline = {"timeline", Path("x.db"), "--output", Path("t.json")};
  EXPECT_EQ(RunHere(timeline).exit_code, 0);
  EXPECT_EQ(RunHere(timeline).exit_code, 0);
  Write("t.json", "");
  EXPECT_EQ(RunHere(timeline).exit_code, 0);
  const Arguments gate = {"gate",         "--baseline", Path("x.db:1"), "--candidate",
                          Path("x.db:2"), "--verdict",  Path("v.json"), "--no-store",
                          "--resamples",  "100"};
  const int first = RunHere(gate).exit_code;
  EXPECT_THAT(Read("v.json"), HasSubstr("dsbench-verdict"));
  const ChildResult again = RunHere(gate);
  EXPECT_EQ(again.exit_code, first);
  EXPECT_EQ(again.err.find("holds something else"), std::string::npos);
  EXPECT_EQ(RunHere(RunInto(Path("new.db"), {"--timeline", Path("t.json")})).exit_code, 0);
}

TEST_F(SameFile, AStreamIntoANamedFileIsRefused) {
  const std::string program = DSB_BINARY;
  const auto shell = [](const std::string& command) { return std::system(command.c_str()) >> 8; };
  EXPECT_EQ(shell(program + " report " + Path("x.db") + " >>" + Path("soft") + " 2>" + Path("e")),
            2);
  EXPECT_THAT(Read("e"), HasSubstr("standard output goes into '" + Path("x.db")));
  EXPECT_EQ(Store(Path("x.db"), {.mode = Store::Mode::kReadOnly}).IntegrityCheck(), "ok");
}

// An option that names files and does not say so would be passed over.
TEST(PathOptions, SayThatTheyNameFiles) {
  const std::vector<std::string> none;
  int num_paths = 0;
  for (const Command& command : AllCommands(none)) {
    for (const Option& option : command.options) {
      bool names_files = false;
      for (const char* word : {"FILE", "FOLDER", "PATH"}) {
        names_files = names_files || option.value_name.find(word) != std::string::npos;
      }
      const bool says_so = option.path != PathForm::kNone && option.path != PathForm::kUrl;
      EXPECT_EQ(says_so, names_files) << command.name << ' ' << option.name;
      num_paths += names_files;
      const bool is_output = option.name == "output";
      EXPECT_TRUE(!is_output || option.written != WrittenAs::kNothing) << command.name;
    }
  }
  EXPECT_GE(num_paths, 15);
}

}  // namespace
}  // namespace dsb
