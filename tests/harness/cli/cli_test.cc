// The program from outside: exit codes, one line on stderr, nothing left behind. What is refused
// before any work is asked of it in this process.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/temporary_folder.h"
#include "harness/machine/gpu_state.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

class CliTest : public testing::Test {
 protected:
  CliTest() {
    Write("ok.jsonl", "{\"turns\": [\"one\"]}\n{\"turns\": [\"two\"]}\n{\"turns\": [\"three\"]}\n");
  }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return Path(name);
  }
  // A `run` with the null engine and `extra`.
  std::vector<std::string> RunArguments(const std::string& output,
                                        const std::vector<std::string>& extra) const {
    std::vector<std::string> arguments = {
        "run", "--engine", "null", "--workload", Path("ok.jsonl"), "--output", output};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    return arguments;
  }
  ChildResult RunInto(const std::string& output, const std::vector<std::string>& extra) const {
    return RunHere(RunArguments(output, extra));
  }
  ChildResult Run(const std::vector<std::string>& extra) const {
    return RunInto(Path("out.db"), extra);
  }
  void ExpectBadInput(const ChildResult& result, const std::vector<std::string>& parts) const {
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_TRUE(result.err.starts_with("dsbench: error: ")) << result.err;
    for (const std::string& part : parts) {
      EXPECT_NE(result.err.find(part), std::string::npos) << part << " not in: " << result.err;
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.db"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out.db-wal"));
  }

  const TemporaryFolder folder_;
};

TEST_F(CliTest, RunStoresTheResults) {
  const ChildResult result =
      RunChild(RunArguments(Path("out.db"), {"--max-tokens", "5", "--warmup", "1"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::vector<RunRecord> runs =
      ReadRuns(Store(Path("out.db"), {.mode = Store::Mode::kReadOnly}));
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].drafter, "none");
  EXPECT_EQ(runs[1].drafter, "dspark");
  EXPECT_EQ(runs[1].state, "complete");
  // Folders of absolute paths are nobody's business.
  EXPECT_EQ(runs[0].config_json.find(folder_.path().string()), std::string::npos);
  EXPECT_NE(runs[0].config_json.find("ok.jsonl"), std::string::npos);
}

TEST_F(CliTest, AllDraftersAreArmsOfOneRun) {
  const ChildResult result =
      Run({"--max-tokens", "5", "--warmup", "1", "--drafters", "all", "--no-report"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::vector<RunRecord> runs =
      ReadRuns(Store(Path("out.db"), {.mode = Store::Mode::kReadOnly}));
  ASSERT_GE(runs.size(), 3u);
  EXPECT_EQ(runs[0].drafter, "none");
  EXPECT_EQ(runs[1].drafter, "dspark");
  EXPECT_EQ(runs[2].drafter, "dflash");
  for (const RunRecord& run : runs) EXPECT_EQ(run.state, "complete") << run.drafter;
  const ChildResult again =
      Run({"--max-tokens", "5", "--warmup", "1", "--drafters", "all", "--no-report", "--resume"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("complete"), std::string::npos) << again.err;
}

TEST_F(CliTest, OneDrafterMayBeSeveralArms) {
  const std::vector<std::string> arguments = {"--max-tokens", "5", "--no-report", "--drafters",
                                              "none,dspark:2,dspark:4,dspark:4:threshold=0.25"};
  ASSERT_EQ(Run(arguments).exit_code, 0);
  const std::vector<RunRecord> runs =
      ReadRuns(Store(Path("out.db"), {.mode = Store::Mode::kReadOnly}));
  ASSERT_EQ(runs.size(), 4u);
  EXPECT_EQ(runs[1].draft_length, 2);
  EXPECT_EQ(runs[2].draft_length, 4);
  EXPECT_EQ(runs[2].policy, "fixed");
  EXPECT_EQ(runs[3].policy, "threshold");
  EXPECT_NE(runs[3].config_json.find("\"threshold\":0.25"), std::string::npos);
  std::vector<std::string> resume = arguments;
  resume.emplace_back("--resume");
  const ChildResult again = Run(resume);
  EXPECT_NE(again.err.find("is complete"), std::string::npos) << again.err;
}

TEST_F(CliTest, BadCommandLines) {
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> cases = {
      {{"--nonsense", "1"}, {"--nonsense", "dsbench run --help"}},
      {{"--threads", "0x"}, {"--threads", "integer from 0 to 256", "'0x'"}},
      {{"--threads", "257"}, {"--threads", "257"}},
      {{"--draft-length", "-1"}, {"--draft-length", "-1"}},
      {{"--max-tokens", "0"}, {"--max-tokens", "from 1"}},
      {{"--temperature", "nan"}, {"--temperature", "'nan'"}},
      {{"--temperature", "inf"}, {"--temperature", "'inf'"}},
      {{"--temperature", "-0.5"}, {"--temperature", "-0.5"}},
      {{"--top-p", "0"}, {"--top-p", "above 0"}},
      {{"--top-p", "1.5"}, {"--top-p", "1.5"}},
      {{"--concurrency", "0"}, {"--concurrency"}},
      {{"--repeats", "99999999999999999999"}, {"--repeats"}},
      {{"--seed", "-1"}, {"--seed"}},
      {{"--weights", "q4"}, {"--weights", "stored, bf16, f32", "'q4'"}},
      {{"--policy", "best"}, {"--policy", "none, fixed, threshold"}},
      {{"--policy", "global_argmax"}, {"global_argmax", "biased", "--allow-biased"}},
      {{"--drafters", "none,none"}, {"--drafters", "'none'", "twice"}},
      {{"--drafters", ""}, {"--drafters"}},
      {{"--drafters", "dspark,dspark:7"}, {"--drafters", "'dspark:7'", "twice"}},
      {{"--drafters", "dspark:65"}, {"'dspark:65'", "from 0 to 64", "'65'"}},
      {{"--drafters", "dspark:seven"}, {"'dspark:seven'", "draft length", "'seven'"}},
      {{"--drafters", "dspark:threshold=2"}, {"'dspark:threshold=2'", "from 0 to 1", "'2'"}},
      {{"--drafters", "none:3"}, {"'none:3'", "alone"}},
      {{"--drafters", "none,medusa"}, {"--drafters", "none, dspark, dflash", "'medusa'"}},
      {{"--drafters", "all,none"}, {"--drafters", "'all'", "alone"}},
      {{"--domain", "poetry"}, {"ok.jsonl", "poetry"}},
      {{"--threads"}, {"--threads"}},
      {{"surplus"}, {"surplus"}},
      {{"--label", "a\xFF"}, {"\"a\\xff\"", "expected UTF-8"}},
      {{"--context", "10"}, {"ok.jsonl", "ok:1", "context of 10"}},
      {{"--max-tokens", "9000"}, {"ok.jsonl", "ok:1", "8192"}},
  };
  for (const auto& [extra, parts] : cases) ExpectBadInput(Run(extra), parts);
  ExpectBadInput(RunChild({}), {"subcommand"});
  ExpectBadInput(RunChild({"fly"}), {"fly"});
  ExpectBadInput(RunChild(RunArguments(Path("out.db"), {"--threads", "0x"})), {"'0x'"});
}

TEST_F(CliTest, BadWorkloads) {
  ExpectBadInput(Run({"--workload", Write("empty.jsonl", "")}), {"empty.jsonl"});
  ExpectBadInput(Run({"--workload", Write("bad.jsonl", "{\"turns\": [\"a\"]}\n{\"turns\": 3}\n")}),
                 {"bad.jsonl", "2"});
  const std::string copy = Write("copy.jsonl", "{\"turns\": [\"a\"], \"id\": \"ok:1\"}\n");
  ExpectBadInput(Run({"--workload", copy}), {"copy.jsonl", "ok:1"});
  const ChildResult missing = Run({"--workload", Path("missing.jsonl")});
  EXPECT_EQ(missing.exit_code, 3) << missing.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.db"));
}

TEST_F(CliTest, BadOutputs) {
  ExpectBadInput(RunInto(Path("no/such/folder.db"), {}), {"--output"});
  ExpectBadInput(RunInto(folder_.path().string(), {}), {"--output", "folder"});
  const std::string text =
      "not a database, but longer than one header of one hundred bytes, so "
      "that it can be told apart from an empty file";
  const std::string path = Write("notes.txt", text);
  ExpectBadInput(RunInto(path, {}), {"notes.txt"});
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST_F(CliTest, MissingTargetIsAMissingResource) {
  const ChildResult result =
      RunChild({"run", "--output", Path("out.db")},
               {{"DSBENCH_TARGET", ""}, {"DSBENCH_CACHE", folder_.path().string()}});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_NE(result.err.find("ci/fetch_target.py"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.db"));
}

TEST_F(CliTest, ConfigFileFillsInWhatTheCommandLineLeavesOut) {
  const std::string config = Write(
      "config.json",
      R"({"max-tokens": 6, "seed": 9, "drafters": ["dspark"], "temperature": 0.5, "warmup": 0})");
  const ChildResult result = Run({"--config", config, "--seed", "4", "--no-report"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<RunRecord> runs =
      ReadRuns(Store(Path("out.db"), {.mode = Store::Mode::kReadOnly}));
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].drafter, "dspark");
  EXPECT_EQ(runs[0].max_tokens, 6);
  EXPECT_EQ(runs[0].seed, 4);
  EXPECT_EQ(runs[0].temperature, 0.5);
}

TEST_F(CliTest, BadConfigFiles) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {R"({"max-token": 6})", {"config.json", "'max-token'"}},
      {R"({"config": "x"})", {"config.json", "'config'"}},
      {R"({"max-tokens": 0})", {"config.json", "'max-tokens'", "from 1"}},
      {R"({"max-tokens": [1, 2]})", {"config.json", "'max-tokens'", "array"}},
      {R"({"max-tokens": {"a": 1}})", {"config.json", "\"max-tokens\""}},
      {R"({"max-tokens": null})", {"config.json", "\"max-tokens\"", "null"}},
      {R"({"seed": 1, "seed": 2})", {"config.json", "\"seed\"", "twice"}},
      {R"({"temperature": 1e999})", {"config.json"}},
      {R"([1])", {"config.json", "object"}},
      {R"({"seed": 1)", {"config.json", "JSON"}},
      {"", {"config.json", "JSON"}},
  };
  for (const auto& [text, parts] : cases) {
    ExpectBadInput(Run({"--config", Write("config.json", text)}), parts);
  }
}

TEST_F(CliTest, InterruptKeepsWhatFinishedAndResumeCompletes) {
  const std::vector<std::string> arguments = {
      "run",      "--engine",     "null",         "--workload", Path("ok.jsonl"),
      "--output", Path("out.db"), "--max-tokens", "20",         "--null-step-us",
      "2000",     "--repeats",    "20",           "--no-report"};
  ChildProcess child(arguments);
  child.WaitForError("measuring");
  child.Signal(SIGINT);
  const ChildResult result = child.Wait();
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_NE(result.err.find("--resume"), std::string::npos) << result.err;
  for (const RunRecord& run : ReadRuns(Store(Path("out.db"), {.mode = Store::Mode::kReadOnly}))) {
    EXPECT_EQ(run.state, "interrupted");
  }
  std::vector<std::string> resume = arguments;
  resume.push_back("--resume");
  EXPECT_EQ(RunChild(resume).exit_code, 0);
  const Store store(Path("out.db"), {.mode = Store::Mode::kReadOnly});
  for (const RunRecord& run : ReadRuns(store)) {
    EXPECT_EQ(run.state, "complete");
    int64_t measured = 0;
    for (const RequestRow& row : ReadRun(store, run.id, {}).requests) {
      measured += row.request.phase == "measured" ? 1 : 0;
    }
    EXPECT_EQ(measured, 60);
  }
  resume.insert(resume.end(), {"--seed", "2"});
  const ChildResult other = RunHere(resume);
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("seed (stored 1, now 2)"), std::string::npos) << other.err;
  resume.resize(resume.size() - 2);
  resume[10] = "0";  // another step time is another measurement
  const ChildResult faster = RunHere(resume);
  EXPECT_EQ(faster.exit_code, 2);
  EXPECT_NE(faster.err.find("null_step_us (stored 2000, now 0)"), std::string::npos) << faster.err;
}

TEST_F(CliTest, AFailingEngineIsAFailedResource) {
  const ChildResult result = Run({"--null-fail-step", "30"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.err.find("fails as asked"), std::string::npos);
}

TEST_F(CliTest, TimelinesAreTracesOfTheStoredRuns) {
  const ChildResult run = Run({"--max-tokens", "5", "--warmup", "1", "--null-step-us", "100",
                               "--device-time", "--no-report", "--timeline", Path("run.json")});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(ReadRuns(Store(Path("out.db"), {.mode = Store::Mode::kReadOnly})).size(), 4u);
  const ChildResult later =
      RunHere({"timeline", Path("out.db"), "--run", "2", "--output", Path("later.json")});
  ASSERT_EQ(later.exit_code, 0) << later.err;
  for (const char* name : {"run.json", "later.json"}) {
    std::ifstream file(Path(name));
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    EXPECT_TRUE(text.starts_with("{\"displayTimeUnit\"")) << name;
    EXPECT_TRUE(text.ends_with("]}\n")) << name;
    EXPECT_NE(text.find("\"name\":\"verify\""), std::string::npos) << name;
  }
  EXPECT_EQ(
      RunHere({"timeline", Path("out.db"), "--output", Path("no/such/folder.json")}).exit_code, 3);
  EXPECT_EQ(RunHere({"timeline", Path("out.db"), "--run", "99"}).exit_code, 2);
  EXPECT_EQ(RunInto(Path("other.db"), {"--timeline", Path("no/such/folder.json")}).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(Path("other.db")));
}

TEST_F(CliTest, HelpAndVersionGoToStdout) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--help"}, {"--version"}, {"run", "--help"}}) {
    const ChildResult result = RunChild(arguments);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_TRUE(result.err.empty()) << result.err;
    EXPECT_NE(result.out.find("dsbench"), std::string::npos);
  }
}

TEST_F(CliTest, EnvTellsTheMachineAndNoName) {
  const ChildResult result = RunChild({"env", "--format", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("\"gpu\": \"" + GpuLine(ProbeGpu()) + '"'), std::string::npos)
      << result.out;
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof(host) - 1), 0);
  EXPECT_EQ(result.out.find('"' + std::string(host) + '"'), std::string::npos);
}

TEST_F(CliTest, ABrokenPipeOnStdoutIsNoCrash) {
  ChildProcess child({"env"}, {}, ChildProcess::Stdout::kBroken);
  const ChildResult result = child.Wait();
  EXPECT_EQ(result.signal, 0);
}

}  // namespace
}  // namespace dsb
