// The three states, the hard rules and what makes runs incomparable, on runs made by hand.
#include "reports/gate/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "reports/gate/comparable.h"
#include "reports/gate/store.h"
#include "reports/gate/verdict_json.h"
#include "reports/report/gate_report.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using testing::SyntheticArm;
using testing::SyntheticRun;

GateOptions Quick() {
  GateOptions options;
  options.bootstrap.num_resamples = 1000;
  return options;
}

// Token ids that depend on the request only, as a greedy target's.
RunData WithIds(RunData data) {
  for (RequestRow& row : data.requests) {
    int64_t tokens = 0;
    for (const BurstRecord& burst : row.request.bursts) tokens += burst.num_tokens;
    for (int64_t i = 0; i < tokens; ++i) {
      row.request.output_ids.push_back(static_cast<int32_t>(i * 7 % 50) + 100);
    }
  }
  return data;
}

RunData Arm(uint64_t seed, int64_t step_ns = 10'000'000, double acceptance = 0.7,
            int prompts = 40) {
  SyntheticArm arm;
  arm.seed = seed;
  arm.step_ns = step_ns;
  arm.acceptance = acceptance;
  arm.prompts_per_domain = prompts;
  return WithIds(SyntheticRun(arm));
}

GatePair Pair(RunData baseline, RunData candidate, bool noise = true) {
  GatePair pair{.baseline = CheckRun(std::move(baseline)),
                .candidate = CheckRun(std::move(candidate))};
  if (noise) {
    for (const char* metric : {"user_decode_tokens_per_s", "step_time", "ttft"}) {
      pair.noise[metric].p95_abs_log_ratio = 0.001;
    }
  }
  return pair;
}

GatePolicy Only(const std::string& metric, double margin, int better = 1) {
  GatePolicy policy;
  policy.primary = {{.metric = metric, .better = better, .margin = margin}};
  return policy;
}

TEST(Gate, EqualRunsPass) {
  const GateVerdict verdict = DecideGate({Pair(Arm(1), Arm(1))}, DefaultGatePolicy(), Quick());
  EXPECT_EQ(verdict.state, GateState::kPass) << PrintTerminal(MakeGateDocument(verdict));
  EXPECT_EQ(verdict.tests.size(), 3u);
  EXPECT_TRUE(verdict.reasons.empty());
  EXPECT_EQ(GateExitCode(verdict.state), 0);
}

TEST(Gate, ALossFailsAndAGainDoesNot) {
  const RunData good = Arm(1, 10'000'000, 0.8), bad = Arm(1, 10'000'000, 0.6);
  const GatePolicy policy = Only("accepted_length", 0.02);
  const GateVerdict fail = DecideGate({Pair(good, bad)}, policy, Quick());
  EXPECT_EQ(fail.state, GateState::kFail);
  EXPECT_EQ(GateExitCode(fail.state), 1);
  ASSERT_EQ(fail.tests.size(), 1u);
  EXPECT_GT(*fail.tests[0].lo, 0.02);
  ASSERT_EQ(fail.reasons.size(), 1u);
  EXPECT_THAT(fail.reasons[0], HasSubstr("accepted_length: loss"));
  EXPECT_EQ(DecideGate({Pair(bad, good)}, policy, Quick()).state, GateState::kPass);
}

TEST(Gate, FewPromptsAreInconclusiveAndSayHowMany) {
  const GatePolicy policy = Only("accepted_length", 0.02);
  const GateVerdict wide =
      DecideGate({Pair(Arm(1, 10'000'000, 0.7, 5), Arm(2, 10'000'000, 0.7, 5))}, policy, Quick());
  EXPECT_EQ(wide.state, GateState::kInconclusive);
  EXPECT_EQ(GateExitCode(wide.state), 4);
  EXPECT_GT(wide.tests[0].needed_n.value_or(0), 15);
  const GateVerdict none =
      DecideGate({Pair(Arm(1, 10'000'000, 0.7, 2), Arm(2, 10'000'000, 0.7, 2))}, policy, Quick());
  EXPECT_EQ(none.state, GateState::kInconclusive);
  EXPECT_EQ(none.tests[0].needed_n, 10);
}

TEST(Gate, TimesNeedANoiseFloorAndOneUser) {
  const GatePolicy policy = Only("step_time", 0.025, -1);
  const RunData fast = Arm(1), slow = Arm(1, 11'000'000);
  EXPECT_EQ(DecideGate({Pair(fast, slow)}, policy, Quick()).state, GateState::kFail);
  for (const RunData* candidate : {&slow, &fast}) {
    const GateVerdict verdict = DecideGate({Pair(fast, *candidate, false)}, policy, Quick());
    EXPECT_EQ(verdict.state, GateState::kInconclusive);
    EXPECT_THAT(verdict.reasons[0], HasSubstr("no noise floor"));
  }
  RunData busy_before = fast, busy_after = slow;
  busy_before.run.users = busy_after.run.users = 8;
  const GateVerdict load = DecideGate({Pair(busy_before, busy_after)}, policy, Quick());
  EXPECT_EQ(load.state, GateState::kInconclusive);
  EXPECT_THAT(load.reasons[0], HasSubstr("within_run"));
}

TEST(Gate, WarnsOfAMarginBelowTwiceTheNoise) {
  GatePair pair = Pair(Arm(1), Arm(1));
  pair.noise["step_time"].p95_abs_log_ratio = 0.02;
  const GatePolicy policy = Only("step_time", 0.03, -1);
  const GateVerdict verdict = DecideGate({pair}, policy, Quick());
  ASSERT_EQ(verdict.warnings.size(), 1u);
  EXPECT_THAT(verdict.warnings[0], HasSubstr("below twice the noise floor of 2.00 %"));
  pair.noise["step_time"].p95_abs_log_ratio = 0.015;
  EXPECT_TRUE(DecideGate({pair}, policy, Quick()).warnings.empty());
}

TEST(Gate, WhatEqualRunsDifferByIsNoRegression) {
  GatePair pair = Pair(Arm(1, 10'000'000), Arm(1, 11'000'000));
  const GatePolicy policy = Only("step_time", 0.05, -1);
  EXPECT_EQ(DecideGate({pair}, policy, Quick()).state, GateState::kFail);
  pair.noise["step_time"].p95_abs_log_ratio = 0.13;
  const GateVerdict verdict = DecideGate({pair}, policy, Quick());
  EXPECT_EQ(verdict.state, GateState::kInconclusive);
  EXPECT_LT(*verdict.tests[0].lo, 0.05 - 0.13 + 0.06);
  EXPECT_GT(*verdict.tests[0].hi, 0.1 + 0.12);
}

TEST(Gate, TheAnchorCatchesASlowDrift) {
  // Each step is within its margin of 4 %; the anchor is 8 % away, its margin 6 %.
  GatePair pair = Pair(Arm(1, 10'400'000), Arm(1, 10'800'000));
  const GatePolicy policy = Only("step_time", 0.04, -1);
  EXPECT_EQ(DecideGate({pair}, policy, Quick()).state, GateState::kPass);
  pair.anchor = CheckRun(Arm(1, 10'000'000));
  const GateVerdict verdict = DecideGate({pair}, policy, Quick());
  EXPECT_EQ(verdict.state, GateState::kFail);
  ASSERT_EQ(verdict.tests.size(), 2u);
  EXPECT_EQ(verdict.tests[1].against, "anchor");
  EXPECT_NEAR(verdict.tests[1].margin, 0.06, 1e-12);
  EXPECT_THAT(verdict.reasons[0], HasSubstr("against the anchor"));
}

TEST(Gate, ExactMatchIsAFactWithoutAnInterval) {
  RunData changed = Arm(1);
  changed.requests[9].request.output_ids[17] = 1;
  const GatePolicy policy = Only("exact_match", 0);
  const GateVerdict verdict = DecideGate({Pair(Arm(1), changed)}, policy, Quick());
  EXPECT_EQ(verdict.state, GateState::kFail);
  EXPECT_THAT(verdict.reasons[0], HasSubstr("1 of 120 answers differ"));
  EXPECT_THAT(verdict.reasons[0], HasSubstr("at token 17"));
  EXPECT_EQ(DecideGate({Pair(Arm(1), Arm(2))}, policy, Quick()).state, GateState::kPass);
  RunData sampled = Arm(1);
  sampled.run.temperature = 1;
  EXPECT_THROW(DecideGate({Pair(sampled, sampled)}, policy, Quick()), Error);
}

TEST(Gate, HardRulesFailWithoutStatistics) {
  const GatePolicy policy = Only("accepted_length", 0.5);
  const auto broken = [&](const GatePair& pair, const std::string& part) {
    const GateVerdict verdict = DecideGate({pair}, policy, Quick());
    EXPECT_EQ(verdict.state, GateState::kFail) << part;
    ASSERT_FALSE(verdict.reasons.empty()) << part;
    EXPECT_THAT(verdict.reasons[0], HasSubstr(part));
  };
  GatePair differs = Pair(Arm(1), Arm(1));
  RunData target = Arm(1);
  differs.target_only = CheckRun(target);
  EXPECT_EQ(DecideGate({differs}, policy, Quick()).state, GateState::kPass);
  target.requests[4].request.output_ids[3] = 1;
  differs.target_only = CheckRun(target);
  broken(differs, "greedy output equals the target's own");

  RunData stopped = Arm(1);
  stopped.requests[5].request.end_reason = "stop";
  stopped.requests[5].request.output_ids.back() = 2;
  EXPECT_EQ(DecideGate({Pair(Arm(1), stopped)}, policy, Quick()).state, GateState::kPass);
  stopped.requests[6].request.output_ids[8] = 2;
  broken(Pair(Arm(1), stopped), "nothing after the end token");

  RunData inconsistent = Arm(1);
  inconsistent.requests[5].request.rounds[0].accepted = 9;
  broken(Pair(Arm(1), inconsistent), "invariants");

  RunData failed = Arm(1);
  for (size_t i = 10; i < 20; ++i) failed.requests[i].request.end_reason = "error";
  failed.run.state = "failed";
  broken(Pair(Arm(1), failed), "10 failed, 0 allowed");
}

TEST(Gate, FailedRequestsWithinTheAllowanceAreLeftOut) {
  RunData candidate = Arm(1);
  candidate.requests[10].request.end_reason = "error";
  GatePolicy policy = Only("accepted_length", 0.02);
  policy.failed_requests_allowed = 1;
  EXPECT_EQ(DecideGate({Pair(Arm(1), candidate)}, policy, Quick()).state, GateState::kPass);
  // More than 2 % of the pairs gone: no comparison any more, though the allowance says nothing.
  for (size_t i = 10; i < 20; ++i) candidate.requests[i].request.end_reason = "error";
  policy.failed_requests_allowed = 20;
  const GateVerdict verdict = DecideGate({Pair(Arm(1), candidate)}, policy, Quick());
  EXPECT_EQ(verdict.state, GateState::kNotComparable);
  EXPECT_EQ(verdict.differences[0].what.field, "requests");
}

TEST(Gate, DifferentQuestionsAreNotComparable) {
  const std::vector<std::pair<std::string, std::function<void(RunData&)>>> cases = {
      {"temperature", [](RunData& data) { data.run.temperature = 0.7; }},
      {"max_tokens", [](RunData& data) { data.run.max_tokens = 65; }},
      {"threads", [](RunData& data) { data.run.threads = 3; }},
      {"workload_sha256", [](RunData& data) { data.artifacts["workload"].sha256 = "x"; }},
      {"target_sha256", [](RunData& data) { data.artifacts["target"].sha256 = "x"; }},
      {"cpu_model", [](RunData& data) { data.environment.cpu_model = "x"; }},
      {"gpu_model", [](RunData& data) { data.environment.gpu_model = "x"; }},
      {"power_mode",
       [](RunData& data) { data.environment.detail_json = R"({"governor": "powersave"})"; }},
      {"weights", [](RunData& data) { data.run.config_json = R"({"weights": "bf16"})"; }},
      {"device", [](RunData& data) { data.run.config_json = R"({"device": "cuda"})"; }},
      {"not_steady", [](RunData& data) { data.flags["not_steady"] = ""; }},
      {"client_limited", [](RunData& data) { data.flags["client_limited"] = ""; }},
      {"state", [](RunData& data) { data.run.state = "interrupted"; }},
      {"state", [](RunData& data) { data.run.state = "failed"; }},
  };
  const GatePolicy policy = Only("accepted_length", 0.02);
  for (const auto& [field, change] : cases) {
    RunData candidate = Arm(1);
    change(candidate);
    const GateVerdict verdict = DecideGate({Pair(Arm(1), candidate)}, policy, Quick());
    EXPECT_EQ(verdict.state, GateState::kNotComparable) << field;
    EXPECT_EQ(GateExitCode(verdict.state), 2);
    ASSERT_FALSE(verdict.differences.empty()) << field;
    std::vector<std::string> fields;
    for (const GateDifference& difference : verdict.differences) {
      fields.push_back(difference.what.field);
    }
    EXPECT_THAT(fields, ::testing::Contains(field));
  }
}

TEST(Gate, AcrossAllowsOneField) {
  RunData candidate = Arm(1);
  candidate.run.threads = 3;
  GateOptions options = Quick();
  options.across = "threads";
  const GatePolicy policy = Only("accepted_length", 0.02);
  EXPECT_EQ(DecideGate({Pair(Arm(1), candidate)}, policy, options).state, GateState::kPass);
  candidate.run.max_tokens = 65;
  EXPECT_EQ(DecideGate({Pair(Arm(1), candidate)}, policy, options).state,
            GateState::kNotComparable);
  options.across = "colour";
  EXPECT_THROW(DecideGate({Pair(Arm(1), candidate)}, policy, options), Error);
}

TEST(Gate, StrictRefusesDirtyBuilds) {
  RunData candidate = Arm(1);
  candidate.flags["dirty"] = "";
  GatePolicy policy = Only("accepted_length", 0.02);
  const GateVerdict lenient = DecideGate({Pair(Arm(1), candidate)}, policy, Quick());
  EXPECT_EQ(lenient.state, GateState::kPass);
  EXPECT_THAT(lenient.warnings[0], HasSubstr("flagged dirty"));
  policy.strict = true;
  EXPECT_EQ(DecideGate({Pair(Arm(1), candidate)}, policy, Quick()).state,
            GateState::kNotComparable);
}

TEST(Gate, RefusesDataSetsThatAreNotThereAndTooFewResamples) {
  GatePolicy policy = Only("accepted_length", 0.02);
  policy.primary[0].data_sets = {"domain:poetry"};
  EXPECT_THROW(DecideGate({Pair(Arm(1), Arm(1))}, policy, Quick()), Error);
  policy.primary[0].data_sets = {"all", "domain:math", "domain:code"};
  EXPECT_EQ(DecideGate({Pair(Arm(1), Arm(1))}, policy, Quick()).tests.size(), 3u);
  GateOptions few = Quick();
  few.bootstrap.num_resamples = 100;  // no p below 1/101, times 3
  EXPECT_THROW(DecideGate({Pair(Arm(1), Arm(1))}, policy, few), Error);
}

TEST(Gate, SecondaryMetricsNeverDecide) {
  GatePolicy policy = Only("accepted_length", 0.02);
  policy.secondary = {"step_time", "ttft"};
  const GateVerdict verdict = DecideGate({Pair(Arm(1), Arm(1, 20'000'000))}, policy, Quick());
  EXPECT_EQ(verdict.state, GateState::kPass);
  ASSERT_EQ(verdict.secondary.size(), 2u);
  EXPECT_LT(*verdict.secondary[0].q, 0.01);
  EXPECT_GT(*verdict.secondary[1].q, 0.5);
}

TEST(Gate, AnotherArmIsAnotherThing) {
  RunData candidate = Arm(1);
  candidate.run.draft_length = 5;
  const GatePolicy policy = Only("accepted_length", 0.02);
  const GateVerdict verdict = DecideGate({Pair(Arm(1), candidate)}, policy, Quick());
  EXPECT_EQ(verdict.state, GateState::kNotComparable);
  EXPECT_THAT(verdict.reasons.at(0),
              HasSubstr("arm (baseline dspark fixed 4, candidate dspark fixed 5)"));
  GateOptions options = Quick();
  options.across = "arm";
  EXPECT_EQ(DecideGate({Pair(Arm(1), candidate)}, policy, options).state, GateState::kPass);
}

TEST(Gate, AnArmThatTheCandidateLacksDecides) {
  GateOptions options = Quick();
  options.found.differences = {{"eagle3 fixed 7", {kMissingArm, "run 3", "not there"}}};
  options.found.warnings = {"said before"};
  const GatePolicy policy = Only("accepted_length", 0.02);
  const GateVerdict verdict = DecideGate({Pair(Arm(1), Arm(1))}, policy, options);
  EXPECT_EQ(verdict.state, GateState::kNotComparable);
  EXPECT_THAT(verdict.reasons.at(0), HasSubstr("eagle3 fixed 7: missing_arm"));
  EXPECT_EQ(verdict.warnings.at(0), "said before");
  EXPECT_FALSE(MayDiffer(kMissingArm));
  // A broken rule of an arm that is there weighs more.
  RunData failed = Arm(1);
  failed.requests[9].request.end_reason = "error";
  EXPECT_EQ(DecideGate({Pair(Arm(1), failed)}, policy, options).state, GateState::kFail);
}

TEST(Gate, ARunAgainstItselfShowsNothing) {
  RunData run = Arm(1);
  run.run.uuid = "u-1";
  const GatePolicy policy = Only("accepted_length", 0.02);
  const GateVerdict same = DecideGate({Pair(run, run)}, policy, Quick());
  EXPECT_EQ(same.state, GateState::kNotComparable);
  EXPECT_THAT(same.reasons.at(0), HasSubstr("one run, or a copy of it"));
  RunData copy = run;
  copy.run.uuid = "u-2";
  EXPECT_EQ(DecideGate({Pair(run, copy)}, policy, Quick()).state, GateState::kNotComparable);
  GatePair anchored = Pair(run, Arm(1));
  anchored.anchor = anchored.candidate;
  RunData other = Arm(1);
  other.run.uuid = "u-3";
  for (RequestRow& row : other.requests) row.request.issued_ns += 1;
  anchored.candidate = CheckRun(other);
  anchored.anchor = CheckRun(run);  // the last release is often the last baseline too
  EXPECT_EQ(DecideGate({anchored}, policy, Quick()).state, GateState::kPass);
  anchored.anchor = CheckRun(other);
  EXPECT_EQ(DecideGate({anchored}, policy, Quick()).state, GateState::kNotComparable);
}

// Of 120 requests two are lost, both of the same data set: too few to notice in all.
TEST(Gate, ALostDataSetDecidesHoweverSmall) {
  RunData baseline = Arm(1), candidate = Arm(1);
  for (RunData* data : {&baseline, &candidate}) {
    for (size_t i = 10; i < 12; ++i) data->requests[i].prompt.domain = "poetry";
  }
  candidate.requests.erase(candidate.requests.begin() + 10, candidate.requests.begin() + 12);
  GatePolicy policy = Only("accepted_length", 0.02);
  const GateVerdict lost = DecideGate({Pair(baseline, candidate)}, policy, Quick());
  EXPECT_EQ(lost.state, GateState::kNotComparable);
  EXPECT_THAT(lost.reasons.at(0), HasSubstr("requests of domain:poetry"));
  // One of two is not lost, but too little to be judged.
  candidate.requests.push_back(baseline.requests[10]);
  EXPECT_EQ(DecideGate({Pair(baseline, candidate)}, policy, Quick()).state, GateState::kPass);
  policy.primary[0].data_sets = {"all", "domain:poetry"};
  EXPECT_EQ(DecideGate({Pair(baseline, candidate)}, policy, Quick()).state,
            GateState::kNotComparable);
}

TEST(Gate, NoCommonPromptIsNotComparable) {
  RunData elsewhere = Arm(1);
  for (RequestRow& row : elsewhere.requests) row.prompt.item_key += "-other";
  const GateVerdict verdict =
      DecideGate({Pair(Arm(1), elsewhere)}, Only("accepted_length", 0.02), Quick());
  EXPECT_EQ(verdict.state, GateState::kNotComparable);
  EXPECT_THAT(verdict.reasons.at(0), HasSubstr("120 finished, 0 of them in both"));
}

TEST(Gate, WithoutAPrimaryMetricThereIsNoVerdict) {
  EXPECT_THROW(DecideGate({Pair(Arm(1), Arm(1))}, GatePolicy{}, Quick()), Error);
  // One of two pairs would be left without a test.
  RunData sampled = Arm(1);
  sampled.run.temperature = 1;
  EXPECT_THROW(
      DecideGate({Pair(Arm(1), Arm(1)), Pair(sampled, sampled)}, Only("exact_match", 0), Quick()),
      Error);
  const GateVerdict left_out = DecideGate({Pair(sampled, sampled)}, DefaultGatePolicy(), Quick());
  EXPECT_THAT(left_out.warnings, ::testing::Contains(HasSubstr("exact_match is left out")));
}

TEST(Gate, AMetricThatOneSideLacksIsInconclusiveAndSaysSo) {
  RunData without = Arm(1);
  for (RequestRow& row : without.requests) row.request.rounds.clear();
  without.run.reports_rounds = false;
  for (const bool swapped : {false, true}) {
    const GatePair pair = swapped ? Pair(without, Arm(1)) : Pair(Arm(1), without);
    const GateVerdict verdict = DecideGate({pair}, Only("accepted_length", 0.02), Quick());
    EXPECT_EQ(verdict.state, GateState::kInconclusive);
    EXPECT_THAT(verdict.reasons.at(0), HasSubstr(swapped ? "baseline none" : "candidate none"));
  }
  // A drafter of which nothing is accepted any more has no ratio, and is no pass.
  RunData useless = Arm(1);
  for (RequestRow& row : useless.requests) {
    row.request.output_ids.clear();
    for (RoundRecord& round : row.request.rounds) round.accepted = 0, round.committed = 1;
    for (BurstRecord& burst : row.request.bursts) burst.num_tokens = 1;
  }
  const GateVerdict none =
      DecideGate({Pair(Arm(1), useless)}, Only("draft_utilisation", 0.02), Quick());
  EXPECT_EQ(none.state, GateState::kInconclusive);
  EXPECT_THAT(none.reasons.at(0), HasSubstr("candidate 0.000"));
}

TEST(Gate, AnswersWithoutIdsAreNotEqualAnswers) {
  RunData candidate = Arm(1);
  for (size_t i = 10; i < 40; ++i) candidate.requests[i].request.output_ids.clear();
  const GateVerdict verdict =
      DecideGate({Pair(Arm(1), candidate)}, Only("exact_match", 0), Quick());
  EXPECT_EQ(verdict.state, GateState::kInconclusive);
  EXPECT_THAT(verdict.reasons.at(0), HasSubstr("30 of 120 answers have no token ids"));
  // A difference among the others is still one.
  candidate.requests[50].request.output_ids[3] = 1;
  EXPECT_EQ(DecideGate({Pair(Arm(1), candidate)}, Only("exact_match", 0), Quick()).state,
            GateState::kFail);
}

TEST(Gate, WarnsOfANoiseFloorWithFalseAlarmsAndOfResumedRuns) {
  GatePair pair = Pair(Arm(1), Arm(1));
  pair.noise["step_time"].false_alarm_rate = 0.125;
  const GateVerdict alarmed = DecideGate({pair}, Only("step_time", 0.05, -1), Quick());
  EXPECT_THAT(alarmed.warnings, ::testing::Contains(HasSubstr("failed 12.50 % of the equal runs")));
  RunData resumed = Arm(1);
  resumed.num_segments = 3;
  const GateVerdict verdict =
      DecideGate({Pair(Arm(1), resumed)}, Only("accepted_length", 0.02), Quick());
  EXPECT_EQ(verdict.state, GateState::kPass);
  EXPECT_THAT(verdict.warnings, ::testing::Contains(HasSubstr("times are of 3 processes")));
}

// Interrupted in the middle, each arm mostly in another process: the verdict is that of the whole.
TEST(Gate, ResumedRunsAreJudgedOnAllTheirPairs) {
  RunData baseline = Arm(1, 10'000'000, 0.8), candidate = Arm(1, 10'000'000, 0.6);
  const GatePolicy policy = Only("accepted_length", 0.02);
  const GateVerdict whole = DecideGate({Pair(baseline, candidate)}, policy, Quick());
  for (size_t i = 0; i < baseline.requests.size(); ++i) {
    baseline.requests[i].request.segment_id = i < 62 ? 1 : 3;
    candidate.requests[i].request.segment_id = i < 58 ? 2 : 4;
  }
  const GateVerdict resumed = DecideGate({Pair(baseline, candidate)}, policy, Quick());
  EXPECT_EQ(resumed.arms.at(0).pairs, 120);
  EXPECT_EQ(resumed.tests.at(0).lo, whole.tests.at(0).lo);
  EXPECT_EQ(resumed.state, GateState::kFail);
}

TEST(VerdictJson, HoldsStatesIntervalsReasonsAndSeeds) {
  GateOptions options = Quick();
  options.bootstrap.statistics_seed = 42;
  const GateVerdict verdict =
      DecideGate({Pair(Arm(1), Arm(1, 12'000'000))}, Only("step_time", 0.05, -1), options);
  const std::string text = VerdictJson(verdict, {"a.db", "b.db", ""});
  const nlohmann::json json = nlohmann::json::parse(text);
  EXPECT_EQ(json["format"], "dsbench-verdict");
  EXPECT_EQ(json["state"], "fail");
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["statistics"]["seed"], 42);
  EXPECT_EQ(json["tests"][0]["state"], "fail");
  EXPECT_EQ(json["tests"][0]["ratio"]["statistics_seed"], 42);
  EXPECT_NEAR(json["tests"][0]["loss"].get<double>(), 0.2, 1e-3);
  EXPECT_LE(json["tests"][0]["loss_lo"].get<double>(), json["tests"][0]["loss"].get<double>());
  EXPECT_EQ(json["reasons"].size(), 1u);
  EXPECT_EQ(json["policy"]["primary"][0]["metric"], "step_time");
  const nlohmann::json error = nlohmann::json::parse(
      ErrorVerdictJson(ExitCode::kResource, "gone", {"a.db", "b.db", "c.db"}));
  EXPECT_EQ(error["state"], "error");
  EXPECT_EQ(error["exit_code"], 3);
  EXPECT_EQ(error["reasons"][0], "gone");
  EXPECT_EQ(error["anchor"], "c.db");

  const std::vector<ComparisonRecord> rows = MakeComparisons(verdict, text);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].state, "fail");
  ASSERT_EQ(rows[0].metrics.size(), 1u);
  EXPECT_EQ(rows[0].metrics[0].metric, "step_time");
  EXPECT_NEAR(rows[0].metrics[0].ratio, 1.2, 1e-3);
}

TEST(GateReport, SaysTheStateFirstAndFitsTheTerminal) {
  const GateVerdict verdict =
      DecideGate({Pair(Arm(1), Arm(1, 12'000'000))}, DefaultGatePolicy(), Quick());
  const std::string text = PrintTerminal(MakeGateDocument(verdict));
  EXPECT_LT(text.find("Gate: FAIL"), 10u);
  EXPECT_THAT(text, HasSubstr("user_decode_tokens_per_s"));
  EXPECT_THAT(text, HasSubstr("Benjamini-Hochberg"));
  for (size_t start = 0, end = 0; start < text.size(); start = end + 1) {
    end = std::min(text.find('\n', start), text.size());
    EXPECT_LE(end - start, 110u) << text.substr(start, end - start);  // bytes of UTF-8
  }
}

}  // namespace
}  // namespace dsb
