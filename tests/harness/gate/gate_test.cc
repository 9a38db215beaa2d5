// `dsbench gate`, and the gate's positive controls in virtual time.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/temporary_folder.h"
#include "harness/gate/gate_selfcheck.h"
#include "results/store/sqlite.h"
#include "results/store/store.h"
#include "results/store/verdict_rows.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

// 20 pairs of equal runs, a cut of 5 % of the accepted tokens, steps 5 % slower, too few prompts.
TEST(GateSelfCheck, FindsPlantedLossesAndNothingElse) {
  GateSelfCheckOptions options;
  options.num_resamples = 400;
  const GateSelfCheckResult result = RunGateSelfCheck(options);
  EXPECT_EQ(result.rows.size(), 5u);
  for (const GateSelfCheckRow& row : result.rows) {
    EXPECT_TRUE(row.ok) << row.what << ": expected " << row.expected << ", found " << row.found;
  }
  ASSERT_FALSE(result.noise.empty());
  EXPECT_EQ(result.noise[0].pairs, 20);
  EXPECT_GT(result.noise[0].p95_abs_log_ratio, 0);
}

TEST(ScriptedRun, TheKnobsDoWhatTheySay) {
  GateSelfCheckOptions options;
  const auto sums = [](const RunData& data) {
    int64_t accepted = 0, rounds = 0, wall_ns = 0;
    for (const RequestRow& row : data.requests) {
      for (const RoundRecord& round : row.request.rounds) accepted += round.accepted, ++rounds;
    }
    for (const StepRecord& step : data.steps) wall_ns += step.wall_ns;
    return std::pair(static_cast<double>(accepted) / static_cast<double>(rounds),
                     static_cast<double>(wall_ns) / static_cast<double>(data.steps.size()));
  };
  const auto [accepted, step_ns] = sums(MakeScriptedRun(options, {}));
  EXPECT_NEAR(sums(MakeScriptedRun(options, {.accepted_cut = 0.05})).first / accepted, 0.95, 0.01);
  EXPECT_NEAR(sums(MakeScriptedRun(options, {.step_factor = 1.05})).second / step_ns, 1.05, 1e-6);
  EXPECT_NE(sums(MakeScriptedRun(options, {.noise_seed = 2})).first, accepted);
}

class GateCliTest : public testing::Test {
 protected:
  GateCliTest() {
    std::string lines;
    for (int i = 0; i < 40; ++i) {
      lines += "{\"turns\": [\"prompt number " + std::to_string(i) + "\"]}\n";
    }
    Write("prompts.jsonl", lines);
    Write("tokens.json",
          R"({"primary": [{"metric": "accepted_length"}, {"metric": "exact_match"}]})");
    Write("time.json", R"({"primary": [{"metric": "step_time", "margin": 0.9}]})");
  }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return Path(name);
  }
  static void SetUpTestSuite() { kept_ = new TemporaryFolder; }
  static void TearDownTestSuite() { delete kept_; }
  // Runs into the file NAME, or copies what the same calls made for an earlier test.
  void Run(const std::string& name, const std::vector<std::string>& extra = {},
           const std::string& max_tokens = "64") {
    std::string& calls = calls_[name];
    calls += name + ' ' + max_tokens;
    for (const std::string& one : extra) calls += ' ' + one;
    calls += '\n';
    const auto kept = *kept_ / std::to_string(std::hash<std::string>{}(calls));
    if (!std::filesystem::exists(kept)) {
      RunAnew(name, extra, max_tokens);
      std::filesystem::copy_file(Path(name), kept);
    }
    std::filesystem::copy_file(kept, Path(name), std::filesystem::copy_options::overwrite_existing);
  }
  void RunAnew(const std::string& name, const std::vector<std::string>& extra,
               const std::string& max_tokens) const {
    std::vector<std::string> arguments = {
        "run",      "--engine", "null", "--workload",  Path("prompts.jsonl"), "--output",
        Path(name), "--warmup", "1",    "--no-report", "--max-tokens",        max_tokens};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    const ChildResult result = RunHere(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    // On a busy machine the recorder may make an engine wait that takes no time.
    Database(Path(name), name, SQLITE_OPEN_READWRITE)
        .Execute("DELETE FROM run_flag WHERE flag = 'client_limited'");
  }
  ChildResult Gate(const std::string& baseline, const std::string& candidate,
                   const std::string& policy, const std::vector<std::string>& extra = {}) const {
    std::vector<std::string> arguments = {
        "gate",      "--baseline",         Path(baseline), "--candidate", Path(candidate),
        "--verdict", Path("verdict.json"), "--resamples",  "400"};
    if (!policy.empty()) arguments.insert(arguments.end(), {"--policy", Path(policy)});
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    return RunHere(arguments);
  }
  nlohmann::json Verdict() const {
    std::ifstream file(Path("verdict.json"));
    return nlohmann::json::parse(file);
  }

  const TemporaryFolder folder_;
  std::map<std::string, std::string> calls_;  // by file, of this test
  static TemporaryFolder* kept_;              // files by the calls that made them
};
TemporaryFolder* GateCliTest::kept_ = nullptr;

TEST_F(GateCliTest, StatesAndExitCodes) {
  Run("a.db");
  Run("b.db");
  Run("cut.db", {"--null-accepted-cut", "0.2"});
  const ChildResult pass = Gate("a.db", "b.db", "tokens.json");
  EXPECT_EQ(pass.exit_code, 0) << pass.out << pass.err;
  EXPECT_NE(pass.out.find("Gate: pass"), std::string::npos);
  EXPECT_EQ(Verdict()["state"], "pass");
  EXPECT_EQ(Verdict()["arms"].size(), 2u);  // none and the scripted drafter

  const ChildResult fail = Gate("a.db", "cut.db", "tokens.json");
  EXPECT_EQ(fail.exit_code, 1) << fail.out << fail.err;
  EXPECT_EQ(Verdict()["state"], "fail");
  EXPECT_EQ(Verdict()["exit_code"], 1);

  // Times without a noise floor; the default policy has one such metric.
  const ChildResult open = Gate("a.db", "b.db", "");
  EXPECT_EQ(open.exit_code, 4) << open.out << open.err;
  EXPECT_EQ(Verdict()["state"], "inconclusive");

  Run("cut2.db", {"--null-accepted-cut", "0.2"});
  const ChildResult anchored =
      Gate("cut.db", "cut2.db:dspark", "tokens.json", {"--anchor", Path("a.db")});
  EXPECT_EQ(anchored.exit_code, 1) << anchored.out << anchored.err;
  EXPECT_EQ(Verdict()["tests"].back()["against"], "anchor");

  const ChildResult json = Gate("a.db", "b.db", "tokens.json", {"--format", "json"});
  EXPECT_EQ(nlohmann::json::parse(json.out), Verdict());
}

TEST_F(GateCliTest, WhatCannotBeComparedSaysWhy) {
  Run("a.db");
  Run("short.db", {}, "32");
  const ChildResult result = Gate("a.db", "short.db", "tokens.json");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  EXPECT_NE(result.err.find("max_tokens (baseline 64, candidate 32)"), std::string::npos)
      << result.err;
  EXPECT_EQ(Verdict()["state"], "not_comparable");
  EXPECT_EQ(Verdict()["differences"][0]["field"], "max_tokens");
}

TEST_F(GateCliTest, ErrorsAreVerdictsToo) {
  Run("a.db");
  const auto expect = [&](const ChildResult& result, int code, const std::string& part) {
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
    EXPECT_EQ(Verdict()["state"], "error");
    EXPECT_EQ(Verdict()["exit_code"], code);
  };
  expect(Gate("missing.db", "a.db", "tokens.json"), 3, "missing.db");
  expect(Gate("a.db:99", "a.db", "tokens.json"), 3, "baseline run '99'");
  expect(Gate("a.db:1", "a.db:99", "tokens.json"), 2, "candidate run '99'");
  expect(Gate("a.db", "a.db", "tokens.json"), 2, "name a run of each");
  Write("bad.json", R"({"primary": [{"metric": "taste"}]})");
  expect(Gate("a.db:1", "a.db:2", "bad.json"), 2, "unknown metric \"taste\"");
  expect(Gate("a.db:1", "a.db:1", "tokens.json", {"--across", "colour"}), 2, "--across colour");
  expect(Gate("a.db:1", "a.db:1", "no.json"), 3, "no.json");
  EXPECT_EQ(RunHere({"gate", "--baseline", Path("a.db")}).exit_code, 2);
  EXPECT_EQ(RunHere({"gate", "--baseline", Path("a.db"), "--candidate", Path("a.db"), "--verdict",
                     Path("no/such/verdict.json")})
                .exit_code,
            3);
}

TEST_F(GateCliTest, TheNoiseFloorOfEqualRunsLetsTimesDecide) {
  for (int i = 0; i < 16; ++i) Run("aa.db", {"--drafters", "dspark", "--null-step-us", "20"});
  const ChildResult few = RunHere({"gate", "--record-noise", Path("prompts.jsonl")});
  EXPECT_EQ(few.exit_code, 2) << few.err;
  const ChildResult noise =
      RunHere({"gate", "--record-noise", Path("aa.db"), "--resamples", "100"});
  EXPECT_EQ(noise.exit_code, 0) << noise.err;
  EXPECT_NE(noise.out.find("step_time"), std::string::npos);
  const ChildResult judged = Gate("aa.db:1", "aa.db:2", "time.json");
  EXPECT_NE(judged.exit_code, 2) << judged.out << judged.err;
  EXPECT_TRUE(Verdict()["tests"][0]["noise_floor"].is_number());
  EXPECT_EQ(Verdict()["tests"][0]["reason"].get<std::string>().find("no noise floor"),
            std::string::npos);
  const Store store(Path("aa.db"), {.mode = Store::Mode::kReadOnly});
  EXPECT_EQ(ReadNoiseFloors(store).size(), 7u);
  EXPECT_EQ(CountComparisons(store), 1);
}

TEST_F(GateCliTest, CopiesHaveNoNoise) {
  for (int i = 0; i < 4; ++i) Run("aa.db", {"--drafters", "dspark", "--null-step-us", "20"});
  std::filesystem::copy_file(Path("aa.db"), Path("copy.db"));
  std::filesystem::create_symlink(Path("aa.db"), Path("link.db"));
  const auto record = [&](const std::string& files) {
    return RunHere({"gate", "--record-noise", files, "--resamples", "100"});
  };
  for (const char* second : {"aa.db", "copy.db", "link.db"}) {
    const ChildResult result = record(Path("aa.db") + "," + Path(second));
    EXPECT_EQ(result.exit_code, 2) << second;
    EXPECT_NE(result.err.find("are one run, or copies of it"), std::string::npos) << result.err;
  }
  // Another name does not make another run.
  Database(Path("copy.db"), "copy", SQLITE_OPEN_READWRITE)
      .Execute("UPDATE run SET uuid = 'x' || uuid");
  const ChildResult renamed = record(Path("aa.db") + "," + Path("copy.db"));
  EXPECT_EQ(renamed.exit_code, 2);
  EXPECT_NE(renamed.err.find("are one run, or copies of it"), std::string::npos) << renamed.err;
  const Store store(Path("aa.db"), {.mode = Store::Mode::kReadOnly});
  EXPECT_TRUE(ReadNoiseFloors(store).empty());
}

TEST_F(GateCliTest, ARunAgainstItselfOrACopyIsNoGate) {
  Run("a.db");
  std::filesystem::copy_file(Path("a.db"), Path("copy.db"));
  for (const auto& [baseline, candidate] :
       {std::pair{"a.db:2", "a.db:2"}, {"a.db", "copy.db"}, {"a.db:dspark", "copy.db:2"}}) {
    const ChildResult result = Gate(baseline, candidate, "tokens.json");
    EXPECT_EQ(result.exit_code, 2) << candidate;
    EXPECT_NE(result.err.find("one run, or a copy of it"), std::string::npos) << result.err;
    EXPECT_EQ(Verdict()["state"], "not_comparable");
  }
}

TEST_F(GateCliTest, ALostArmOrAnotherLengthIsSaidAndDecides) {
  Run("a.db", {"--drafters", "none,dspark:2,dspark:3"});
  Run("lost.db", {"--drafters", "none,dspark:3"});
  Run("other.db", {"--drafters", "none,dspark:2,dspark:4"});
  for (const auto& [candidate, arm] :
       {std::pair{"lost.db", "dspark fixed 2"}, {"other.db", "dspark fixed 3"}}) {
    const ChildResult result = Gate("a.db", candidate, "tokens.json");
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_NE(result.err.find(std::string(arm) + ": missing_arm"), std::string::npos) << result.err;
    EXPECT_EQ(Verdict()["state"], "not_comparable");
    EXPECT_EQ(Verdict()["differences"][0]["arm"], arm);
  }
  // One more arm is no loss, but said.
  const ChildResult more = Gate("lost.db", "a.db", "tokens.json");
  EXPECT_EQ(more.exit_code, 0) << more.err;
  EXPECT_NE(Verdict()["warnings"].dump().find("dspark fixed 2 #2 of the candidate is not judged"),
            std::string::npos);
  // Named on both sides they are two arms, unless that is what is asked.
  EXPECT_EQ(Gate("a.db:dspark:2", "a.db:dspark:3", "tokens.json").exit_code, 2);
  EXPECT_EQ(Verdict()["differences"][0]["field"], "arm");
  const ChildResult across =
      Gate("a.db:dspark:2", "a.db:dspark fixed 3", "tokens.json", {"--across", "arm"});
  EXPECT_NE(across.exit_code, 2) << across.err;
}

// One file, two temperatures: each is judged against its own, and one that is gone is missed.
TEST_F(GateCliTest, EachQuestionOfAnArmIsJudged) {
  for (const char* temperature : {"0", "1"}) {
    Run("a.db", {"--temperature", temperature});
    Run("b.db", {"--temperature", temperature});
  }
  const ChildResult both = Gate("a.db", "b.db", "tokens.json");
  EXPECT_EQ(both.exit_code, 0) << both.err;
  std::set<std::string> names;
  const nlohmann::json verdict = Verdict();
  for (const nlohmann::json& arm : verdict["arms"]) names.insert(arm["arm"]);
  EXPECT_EQ(names, (std::set<std::string>{"none #1", "dspark fixed 7 #2", "none #3",
                                          "dspark fixed 7 #4"}));
  Run("one.db");
  const ChildResult lost = Gate("a.db", "one.db", "tokens.json");
  EXPECT_EQ(lost.exit_code, 2);
  EXPECT_NE(lost.err.find("none: missing_arm (baseline run 3"), std::string::npos) << lost.err;
  EXPECT_NE(lost.err.find("dspark fixed 7: missing_arm (baseline run 4"), std::string::npos);
}

TEST_F(GateCliTest, AnUnfinishedRunIsNotJudgedAndANewerOneIsSaid) {
  Run("a.db");
  Run("b.db");
  Run("b.db");
  Database file(Path("b.db"), "b", SQLITE_OPEN_READWRITE);
  file.Execute("UPDATE run SET state = 'interrupted' WHERE id > 2");
  const ChildResult older = Gate("a.db", "b.db", "tokens.json");
  EXPECT_EQ(older.exit_code, 0) << older.err;
  EXPECT_NE(Verdict()["warnings"].dump().find("run 4 is newer, but interrupted"),
            std::string::npos);
  for (const char* state : {"interrupted", "running", "failed"}) {
    file.Execute(std::string("UPDATE run SET state = '") + state + "'");
    EXPECT_EQ(Gate("a.db", "b.db", "tokens.json").exit_code, 2) << state;
    EXPECT_EQ(Verdict()["differences"][0]["field"], "state");
  }
}

TEST_F(GateCliTest, NamesThatReportsPrintAreTaken) {
  Run("a.db");
  Run("b.db");
  for (const std::string name : {"dspark fixed 7", "dspark:7", "dspark:7:fixed", "#2",
                                 "dspark fixed 7 #2", "2 (dspark fixed 7)"}) {
    const ChildResult result = Gate("a.db:" + name, "b.db:" + name, "tokens.json");
    EXPECT_EQ(result.exit_code, 0) << name << result.err;
    EXPECT_EQ(Verdict()["arms"].size(), 1u) << name;
    const ChildResult compared =
        RunHere({"compare", Path("a.db"), "--candidate", name, "--resamples", "100"});
    EXPECT_EQ(compared.exit_code, 0) << name << compared.err;
    EXPECT_EQ(
        RunHere({"timeline", Path("a.db"), "--run", name, "--output", Path("t.json")}).exit_code, 0)
        << name;
  }
  EXPECT_EQ(RunHere({"timeline", Path("a.db"), "--run", "dspark:3", "--output", Path("t.json")})
                .exit_code,
            2);
}

TEST_F(GateCliTest, CompareOfOneArmSaysWhatIsNeeded) {
  Run("plain.db", {"--drafters", "none"});
  const ChildResult result = RunHere({"compare", Path("plain.db")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("compare needs a plain arm (drafter none) and another"),
            std::string::npos)
      << result.err;
}

TEST_F(GateCliTest, PrintsThePolicyItWouldUse) {
  const ChildResult result = RunHere({"gate", "--print-policy"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  Write("printed.json", result.out);
  EXPECT_EQ(RunHere({"gate", "--print-policy", "--policy", Path("printed.json")}).out, result.out);
}

}  // namespace
}  // namespace dsb
