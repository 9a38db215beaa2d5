// `dsbench gate` from outside, and the gate's positive controls in virtual time.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/temporary_folder.h"
#include "harness/gate/gate_selfcheck.h"
#include "results/store/store.h"
#include "results/store/verdict_rows.h"
#include "tests/harness/child_process.h"

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
  void Run(const std::string& name, const std::vector<std::string>& extra = {},
           const std::string& max_tokens = "64") const {
    std::vector<std::string> arguments = {
        "run",      "--engine", "null", "--workload",  Path("prompts.jsonl"), "--output",
        Path(name), "--warmup", "1",    "--no-report", "--max-tokens",        max_tokens};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    const ChildResult result = RunChild(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  ChildResult Gate(const std::string& baseline, const std::string& candidate,
                   const std::string& policy, const std::vector<std::string>& extra = {}) const {
    std::vector<std::string> arguments = {
        "gate",      "--baseline",         Path(baseline), "--candidate", Path(candidate),
        "--verdict", Path("verdict.json"), "--resamples",  "400"};
    if (!policy.empty()) arguments.insert(arguments.end(), {"--policy", Path(policy)});
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    return RunChild(arguments);
  }
  nlohmann::json Verdict() const {
    std::ifstream file(Path("verdict.json"));
    return nlohmann::json::parse(file);
  }

  const TemporaryFolder folder_;
};

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

  const ChildResult anchored =
      Gate("cut.db", "cut.db:dspark", "tokens.json", {"--anchor", Path("a.db")});
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
  EXPECT_EQ(RunChild({"gate", "--baseline", Path("a.db")}).exit_code, 2);
  EXPECT_EQ(RunChild({"gate", "--baseline", Path("a.db"), "--candidate", Path("a.db"), "--verdict",
                      Path("no/such/verdict.json")})
                .exit_code,
            3);
}

TEST_F(GateCliTest, TheNoiseFloorOfEqualRunsLetsTimesDecide) {
  for (int i = 0; i < 16; ++i) Run("aa.db", {"--drafters", "dspark", "--null-step-us", "20"});
  const ChildResult few = RunChild({"gate", "--record-noise", Path("prompts.jsonl")});
  EXPECT_EQ(few.exit_code, 2) << few.err;
  const ChildResult noise =
      RunChild({"gate", "--record-noise", Path("aa.db"), "--resamples", "100"});
  EXPECT_EQ(noise.exit_code, 0) << noise.err;
  EXPECT_NE(noise.out.find("step_time"), std::string::npos);
  // A margin that no machine's noise reaches: a run against itself.
  const ChildResult pass = Gate("aa.db:1", "aa.db:1", "time.json");
  EXPECT_EQ(pass.exit_code, 0) << pass.out << pass.err;
  const Store store(Path("aa.db"), {.mode = Store::Mode::kReadOnly});
  EXPECT_EQ(ReadNoiseFloors(store).size(), 7u);
  EXPECT_EQ(CountComparisons(store), 1);
}

TEST_F(GateCliTest, PrintsThePolicyItWouldUse) {
  const ChildResult result = RunChild({"gate", "--print-policy"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  Write("printed.json", result.out);
  EXPECT_EQ(RunChild({"gate", "--print-policy", "--policy", Path("printed.json")}).out, result.out);
}

}  // namespace
}  // namespace dsb
