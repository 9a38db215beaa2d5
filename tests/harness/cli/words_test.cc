// What the program says to a wrong command line: what was found, what was expected, what was meant.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/temporary_folder.h"
#include "harness/cli/cli.h"
#include "harness/cli/help_page.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using Arguments = std::vector<std::string>;

class Words : public testing::Test {
 protected:
  Words() {
    std::ofstream(Path("w.jsonl")) << "{\"turns\": [\"a\"], \"domain\": \"math\"}\n"
                                      "{\"turns\": [\"b\"], \"domain\": \"code\"}\n";
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  ChildResult Run(const Arguments& more, const std::string& output = "x.db") const {
    Arguments arguments = {"run",          "--engine", "null",     "--workload", Path("w.jsonl"),
                           "--max-tokens", "4",        "--output", Path(output), "--no-report"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunHere(arguments);
  }
  std::vector<RunRecord> Runs(const std::string& output = "x.db") const {
    return ReadRuns(Store(Path(output), {.mode = Store::Mode::kReadOnly}));
  }

  const TemporaryFolder folder_;
};

// What passes whatever is wrong says so.
TEST_F(Words, ACheckThatCannotFailIsRefused) {
  for (const char* name : {"a.db", "b.db"}) {
    ASSERT_EQ(Run({"--drafters", "none"}, name).exit_code, 0);
  }
  std::ofstream(Path("p.json")) << R"({"primary": [{"metric": "accepted_length"}]})";
  const ChildResult gate =
      RunHere({"gate", "--baseline", Path("a.db"), "--candidate", Path("b.db"), "--policy",
               Path("p.json"), "--verdict", Path("v.json"), "--require", "accepted_length>=1"});
  EXPECT_EQ(gate.exit_code, 2) << gate.out;
  EXPECT_THAT(gate.err, HasSubstr("--require accepted_length>=1: nothing is held to it"));
  std::filesystem::copy_file(Path("a.db"), Path("copy.db"));
  for (const char* name : {"a.db", "copy.db"}) {
    const ChildResult check = RunHere({"crosscheck", Path("a.db"), Path(name)});
    EXPECT_EQ(check.exit_code, 2) << check.out;
    EXPECT_THAT(check.err, HasSubstr("one run, or a copy of it"));
  }
}

TEST_F(Words, WrongCommandLinesAreRefusedInPlainWords) {
  const std::vector<std::pair<Arguments, std::vector<std::string>>> cases = {
      {{"run", "--limit"}, {"--limit: expected a value (PROMPTS), found none"}},
      {{"run", "--limit", "--seed", "3"}, {"--limit: expected a value", "the option --seed"}},
      {{"run", "--label", "--resume"}, {"--label: expected a value", "--label=--resume"}},
      {{"run", "--label="}, {"--label: expected a value", "nothing behind '='"}},
      {{"run", "--label", std::string(501, 'x')},
       {"--label: expected text of at most 500 bytes, found 501"}},
      {{"import", "vllm-bench", "f.json", "--label", std::string(501, 'x')},
       {"--label: expected text of at most 500 bytes, found 501"}},
      {{"run", "--model", std::string(501, 'x')},
       {"--model: expected text of at most 500 bytes, found 501"}},
      {{"run", "--drafters"}, {"--drafters: expected a value (ARM,...)"}},
      {{"run", "--seed", "1", "--seed", "2"}, {"--seed: expected it once"}},
      {{"run", "--no-report=x"}, {"--no-report is a switch"}},
      {{"run", "--no-report=5"}, {"--no-report is a switch", "found '5'"}},
      {{"run", "--resume=false"}, {"--resume is a switch", "found 'false'"}},
      {{"run", "--", "--x"}, {"'--x', which is no option of 'run'"}},
      {{"run", "--acceptance", "model:3"}, {"--acceptance: expected --engine simulated with it"}},
      {{"run", "--engine", "null", "--prefill-chunk", "5"}, {"--engine simulated with it"}},
      {{"run", "--drfters", "none"}, {"'--drfters'", "did you mean '--drafters'"}},
      {{"import", "vllm-bench", "f.json", "--arm", "a b"}, {"--arm: expected a name of letters"}},
      {{"import", "vllm-bench", "f.json", "--arm", ""}, {"--arm: expected a name of letters"}},
      {{"run", "--treads", "1"}, {"did you mean '--threads'"}},
      {{"run", "surplus"}, {"the argument 'surplus'", "options only"}},
      {{"run", "--policy", "fixd"}, {"none, fixed, threshold", "did you mean 'fixed'"}},
      {{"run", "--weights", "BF16"}, {"did you mean 'bf16'"}},
      {{"run", "--drafters", "none,dsprk"}, {"none, dspark, dflash", "did you mean 'dspark'"}},
      {{"run", "--drafters", "none,,dspark"}, {"--drafters: expected a value, found nothing"}},
      {{"run", "--too-long", "drop"}, {"error, skip, truncate-front"}},
      {{"generate"}, {"--prompt is missing"}},
      {{"completion"}, {"shell is missing"}},
      {{"report", "a.db", "b.db"}, {"the argument 'b.db'"}},
      {{"repot"}, {"unknown subcommand 'repot'", "did you mean 'report'"}},
      {{}, {"subcommand", "run, sweep, report", "completion"}},
      {{"--limit", "3"}, {"unknown option '--limit'", "a subcommand first"}},
      {{"help", "rn"}, {"help: expected run,", "did you mean 'run'"}},
      {{"compare", "a.db", "--across", "temprature"}, {"a.db"}},
      {{"prove", "--drafters", "eagle3"}, {"--drafters", "--samples"}},
      {{"prove", "--target", "x"}, {"--target", "--samples"}},
  };
  for (const auto& [arguments, parts] : cases) {
    const ChildResult result = RunHere(arguments);
    EXPECT_TRUE(result.exit_code == 2 || arguments.size() == 4) << result.err;
    for (const std::string& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

TEST_F(Words, ConfigFilesAreAnsweredLikeTheCommandLine) {
  const auto with = [&](const std::string& text) {
    std::ofstream(Path("c.json")) << text;
    return Run({"--config", Path("c.json")});
  };
  EXPECT_THAT(with(R"({"max-token": 3})").err, HasSubstr("did you mean 'max-tokens'"));
  EXPECT_THAT(with(R"({"policy": "fixd"})").err, HasSubstr("did you mean 'fixed'"));
  EXPECT_THAT(with("{\"label\": \"a\\nb\"}").err, HasSubstr("on one line"));
  EXPECT_THAT(with(R"({"durable": "perhaps"})").err, HasSubstr("true or false"));
  EXPECT_FALSE(std::filesystem::exists(Path("x.db")));
  EXPECT_EQ(with(R"({"drafters": "none, dspark:2"})").exit_code, 0);
  EXPECT_EQ(Runs().size(), 2u);
}

TEST_F(Words, ADomainThatIsNotThereIsAnsweredWithThoseThatAre) {
  const ChildResult result = Run({"--domain", "maths"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("expected code or math; did you mean 'math'?"));
}

TEST_F(Words, BlanksAroundTheItemsOfAListCountForNothing) {
  for (const Arguments& list : std::vector<Arguments>{{"--drafters", "none, dspark"},
                                                      {"--drafters", " none ,dspark "},
                                                      {"--drafters", "none,", "dspark"},
                                                      {"--drafters=none,dspark"},
                                                      {"--drafter", "none,dspark"}}) {
    const std::string output = std::to_string(list.size()) + list.back() + ".db";
    const ChildResult result = Run(list, output);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const std::vector<RunRecord> runs = Runs(output);
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(runs[1].drafter, "dspark");
  }
}

TEST_F(Words, AListLeavesTheArgumentsBehindItAlone) {
  ASSERT_EQ(Run({}).exit_code, 0);
  const ChildResult result =
      RunHere({"compare", "--across", "temperature", "--resamples", "100", Path("x.db")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(Words, AWorkloadMayHaveACommaInItsName) {
  std::ofstream(Path("a,b.jsonl")) << "{\"turns\": [\"a\"]}\n";
  std::ofstream(Path("c.jsonl")) << "{\"turns\": [\"a\"]}\n";
  const auto run = [&](const Arguments& workloads) {
    Arguments arguments = {"run", "--engine", "null", "--output", Path("c.db"), "--no-report"};
    arguments.insert(arguments.end(), workloads.begin(), workloads.end());
    return RunHere(arguments);
  };
  EXPECT_EQ(run({"--workload", Path("a,b.jsonl")}).exit_code, 0);
  EXPECT_EQ(run({"--workload", Path("a,b.jsonl"), "--workload", Path("c.jsonl")}).exit_code, 0);
  EXPECT_EQ(run({"--workload", Path("c.jsonl") + "," + Path("w.jsonl")}).exit_code, 0);
  EXPECT_EQ(run({"--workload", Path("c.jsonl") + "," + Path("no.jsonl")}).exit_code, 3);
}

TEST_F(Words, WhatChangesNothingIsSaid) {
  const std::vector<std::pair<Arguments, std::string>> cases = {
      {{"--threads", "255"}, "--threads 255: only "},
      {{"--concurrency", "50"}, "--concurrency 50: with 2 prompts"},
      {{"--top-p", "0.5"}, "--top-p changes nothing"},
      {{"--top-k", "5"}, "--top-k changes nothing"},
      {{"--threshold", "0.5"}, "--threshold changes nothing"},
      {{"--drafters", "none", "--draft-length", "3"}, "--draft-length changes nothing"},
      {{"--drafters", "none", "--policy", "none"}, "--policy changes nothing"},
  };
  for (const auto& [arguments, warning] : cases) {
    const ChildResult result = Run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("dsbench: warning: " + warning));
  }
  const ChildResult quiet = Run({"--temperature", "1", "--top-p", "0.5", "--threads", "1",
                                 "--draft-length", "3", "--policy", "fixed"});
  EXPECT_EQ(quiet.err.find("warning"), std::string::npos) << quiet.err;
}

TEST_F(Words, AContextBeyondTheModelsIsRefused) {
  const ChildResult result = Run({"--context", "8193"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--context: found 8193 tokens, the model has at most 8192"));
  EXPECT_EQ(Run({"--context", "8192"}).exit_code, 0);
}

TEST_F(Words, ResumeNeedsSomethingToGoOnWith) {
  const ChildResult result = Run({"--resume"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("--resume: no results file '" + Path("x.db")));
  EXPECT_FALSE(std::filesystem::exists(Path("x.db")));
  { const Store empty(Path("x.db"), {}); }
  const ChildResult fresh = Run({"--resume"});
  EXPECT_EQ(fresh.exit_code, 0);
  EXPECT_THAT(fresh.err, HasSubstr("nothing to resume, the file has no runs"));
  EXPECT_EQ(Run({"--resume", "--seed", "9"}).exit_code, 2);
}

TEST_F(Words, VariablesThatLeadNowhereAreNamed) {
  const std::string unset = ChildProcess::kUnset;
  const auto run = [&](const ChildProcess::Variables& variables, const Arguments& more = {}) {
    Arguments arguments = {"run", "--output", Path("y.db"), "--workload", Path("w.jsonl")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ChildResult result = RunChild(arguments, variables);
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_FALSE(std::filesystem::exists(Path("y.db")));
    return result.err;
  };
  EXPECT_THAT(run({{"DSBENCH_TARGET", Path("no.gguf")}}),
              HasSubstr("DSBENCH_TARGET: found no file"));
  EXPECT_THAT(run({{"DSBENCH_TARGET", ""}, {"DSBENCH_CACHE", Path("no")}}),
              HasSubstr("from DSBENCH_CACHE"));
  EXPECT_THAT(run({{"DSBENCH_TARGET", ""},
                   {"DSBENCH_CACHE", unset},
                   {"XDG_CACHE_HOME", unset},
                   {"HOME", unset}}),
              HasSubstr("XDG_CACHE_HOME or HOME"));
  EXPECT_THAT(run({{"DSBENCH_TARGET", ""},
                   {"DSBENCH_CACHE", ""},
                   {"XDG_CACHE_HOME", "relative"},
                   {"HOME", Path("home")}}),
              HasSubstr(Path("home/.cache/dsbench")));
  std::ofstream(Path("t.gguf")) << "GGUF";
  EXPECT_THAT(run({{"DSBENCH_TARGET", Path("t.gguf")}, {"DSBENCH_MODELS", Path("no")}}),
              HasSubstr("DSBENCH_MODELS: found no"));
  const ChildResult bytes =
      RunChild({"run", "--output", Path("y.db")}, {{"DSBENCH_TARGET", "/a\xFF"}});
  EXPECT_EQ(bytes.exit_code, 2);
  EXPECT_THAT(bytes.err, HasSubstr("DSBENCH_TARGET: found \"/a\\xff\", expected UTF-8"));
}

void ExpectWithin(const std::string& page, int columns) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), static_cast<size_t>(columns)) << line;
  }
}

TEST(Help, EveryPageKeepsToTheReadersWidth) {
  const Arguments none;
  for (const Command& command : AllCommands(none)) {
    SCOPED_TRACE(command.name);
    EXPECT_THAT(HelpPage(command, 80), HasSubstr("Usage: dsbench " + command.name));
    for (const int columns : {20, 40, 60, 100}) ExpectWithin(HelpPage(command, columns), columns);
  }
}

TEST(Help, IsAskedForInTwoWaysAndKnowsTheReadersWidth) {
  for (const std::string command : {"run", "help", "completion"}) {
    const std::string page = RunHere({command, "--help"}).out;
    EXPECT_EQ(page, RunHere({"help", command}).out);
    EXPECT_THAT(page, HasSubstr("Usage: dsbench " + command));
    const std::string narrow = RunChild({command, "--help"}, {{"COLUMNS", "30"}}).out;
    EXPECT_THAT(narrow, HasSubstr("Usage: dsbench " + command));
    ExpectWithin(narrow, 30);
  }
}

}  // namespace
}  // namespace dsb
