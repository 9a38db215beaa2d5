#include "reports/pairing/pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "reports/report/compare_document.h"
#include "reports/report/report_json.h"
#include "reports/report/scheduling_section.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using testing::SyntheticArm;
using testing::SyntheticRun;
using Pairs = std::vector<std::pair<int64_t, int64_t>>;

CompareOptions Quick() {
  CompareOptions options;
  options.metrics.bootstrap.num_resamples = 400;
  return options;
}

RunData Plain() {
  SyntheticArm arm;
  arm.drafter = "none";
  arm.step_ns = 8'000'000;
  return SyntheticRun(arm);
}

std::string MessageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  ADD_FAILURE() << "nothing thrown";
  return "";
}

TEST(Compare, RefusesRunsOfDifferentQuestionsAndShowsBoth) {
  RunData candidate = SyntheticRun({});
  candidate.run.temperature = 0.7;
  candidate.run.max_tokens = 256;
  candidate.artifacts["target"].sha256 = "abc";
  const std::string message =
      MessageOf([&] { ComparePair(CheckRun(Plain()), CheckRun(candidate), Quick()); });
  EXPECT_THAT(message, HasSubstr("temperature (baseline 0.0, candidate 0.7)"));
  EXPECT_THAT(message, HasSubstr("max_tokens (baseline 64, candidate 256)"));
  EXPECT_THAT(message, HasSubstr("target_sha256 (baseline none, candidate abc)"));
  EXPECT_EQ(message.find("top_p"), std::string::npos);
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(Compare, SaysWhichAcceptedLengthWouldBreakEven) {
  SyntheticArm slow;
  slow.step_ns = 20'000'000;
  const ComparedPair pair = ComparePair(CheckRun(Plain()), CheckRun(SyntheticRun(slow)), Quick());
  const ArmComparison& all = pair.scopes.front();
  const std::optional<Estimate> needed = BreakEvenLength(all);
  ASSERT_TRUE(needed);
  EXPECT_NEAR(*needed->value, 20.0 / 8, 0.05);
  EXPECT_LE(*needed->lo, *needed->value);
  EXPECT_GE(*needed->hi, *needed->value);
  // Of as many tokens as it needs, the arm is as fast as its baseline.
  EXPECT_NEAR(*all.factors.speedup.ratio.value,
              *all.factors.accepted_length_factor.ratio.value / *needed->value, 1e-9);
  const Table table = BreakEvenTable({{"slow", &all}});
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(table.rows[0][0], "slow");
}

TEST(Compare, AcrossAllowsNamedFieldsOnly) {
  RunData candidate = SyntheticRun({});
  candidate.run.temperature = 0.7;
  CompareOptions options = Quick();
  options.across = {"temperature"};
  const ComparedPair pair = ComparePair(CheckRun(Plain()), CheckRun(candidate), options);
  EXPECT_EQ(pair.across, (std::vector<std::string>{"temperature"}));
  EXPECT_THAT(PrintTerminal(MakeCompareDocument({pair}, options.metrics)),
              HasSubstr("compared across a different temperature"));
  candidate.run.top_k = 40;
  MessageOf([&] { ComparePair(CheckRun(Plain()), CheckRun(candidate), options); });
  options.across = {"colour"};
  EXPECT_THAT(MessageOf([&] { ComparePair(CheckRun(Plain()), CheckRun(candidate), options); }),
              HasSubstr("expected one of workload_sha256"));
}

TEST(Compare, ShowsFactorsMetricsAndWhatElseDiffers) {
  RunData candidate = SyntheticRun({});
  candidate.run.threads = 7;
  const ComparedPair pair = ComparePair(CheckRun(Plain()), CheckRun(candidate), Quick());
  const std::string text = PrintTerminal(MakeCompareDocument({pair}, Quick().metrics));
  for (const char* wanted : {"Baseline none #1, candidate dspark fixed 4 #2", "36 paired requests",
                             "threads differs: baseline 2; candidate 7", "user_decode_tokens_per_s",
                             "accepted_length", "better", "math"}) {
    EXPECT_THAT(text, HasSubstr(wanted));
  }
  const nlohmann::json json = nlohmann::json::parse(CompareJson({pair}, Quick().metrics));
  const nlohmann::json& all = json["pairs"][0]["scopes"][0];
  EXPECT_EQ(all["scope"], "all");
  EXPECT_NEAR(all["speedup"]["value"].get<double>(),
              all["accepted_length_factor"]["value"].get<double>() *
                  all["step_time_factor"]["value"].get<double>(),
              1e-9);
  EXPECT_EQ(all["metrics"][0]["ratio"]["method"], "paired_bootstrap");
}

TEST(Compare, SaysHowEachSideIsFlagged) {
  RunData baseline = Plain(), candidate = SyntheticRun({});
  baseline.flags["not_steady"] = "Little's law is off by 9 %";
  candidate.flags = {{"client_limited", "the client was late by 3 ms"},
                     {"overload", "it grew"},
                     {"policy_inert", ""}};
  const ComparedPair pair = ComparePair(CheckRun(baseline), CheckRun(candidate), Quick());
  const std::string text = PrintTerminal(MakeCompareDocument({pair}, Quick().metrics));
  for (const char* wanted :
       {"the baseline is flagged not_steady: Little's law is off by 9 %.",
        "the candidate is flagged client_limited: the client was late by 3 ms.",
        "the candidate is flagged overload: it grew.", "the candidate is flagged policy_inert."}) {
    EXPECT_THAT(text, HasSubstr(wanted));
  }
  const nlohmann::json json = nlohmann::json::parse(CompareJson({pair}, Quick().metrics));
  EXPECT_EQ(json["pairs"][0]["baseline_flags"],
            (nlohmann::json{{"not_steady", "Little's law is off by 9 %"}}));
  EXPECT_EQ(json["pairs"][0]["candidate_flags"].size(), 3u);
}

TEST(SchedulingSection, NamesTheArmWhosePolicyIsInert) {
  RunData data = SyntheticRun({});
  data.run.policy = "lagged";
  ReportSet set;
  for (const char* name : {"first", "second"}) {
    ReportArm& arm = set.arms.emplace_back(ReportArm{.data = CheckRun(data)});
    arm.name = name;
    arm.steps.scheduling = SchedulingSummary{.rounds = 9, .loads = {{}}};
  }
  set.arms[1].steps.policy_inert = "it cut nothing";
  const std::vector<Block> blocks = SchedulingSection(set);
  const std::string text = PrintTerminal(Document(blocks.begin(), blocks.end()));
  EXPECT_THAT(text, HasSubstr("Note: second: policy_inert: it cut nothing."));
}

RunRecord MakeRun(int64_t id, const std::string& drafter, const std::string& state = "complete") {
  RunRecord run;
  run.id = id;
  run.drafter = drafter;
  run.policy = "fixed";
  run.draft_length = 7;
  run.state = state;
  return run;
}

TEST(ChoosePairs, FilesPairArmByArmWithTheNewestCompleteRun) {
  const std::vector<RunRecord> before{MakeRun(1, "none"), MakeRun(2, "dspark")};
  const std::vector<RunRecord> after{MakeRun(1, "none"), MakeRun(2, "dspark"), MakeRun(3, "dspark"),
                                     MakeRun(4, "dspark", "interrupted"), MakeRun(5, "eagle3")};
  EXPECT_EQ(ChoosePairs(before, after, false, Quick()), (Pairs{{1, 1}, {2, 3}}));
}

TEST(ChoosePairs, OneFileComparesEveryArmWithPlainDecoding) {
  const std::vector<RunRecord> runs{MakeRun(1, "none"), MakeRun(2, "dspark"), MakeRun(3, "eagle3")};
  EXPECT_EQ(ChoosePairs(runs, runs, true, Quick()), (Pairs{{1, 2}, {1, 3}}));
  MessageOf([&] { ChoosePairs({runs[1]}, {runs[1]}, true, Quick()); });
}

TEST(ChoosePairs, SelectorsAreNumbersOrNames) {
  const std::vector<RunRecord> runs{MakeRun(1, "none"), MakeRun(2, "dspark"), MakeRun(3, "dspark")};
  CompareOptions options = Quick();
  options.baseline_run = "2";
  options.candidate_run = "dspark";
  EXPECT_EQ(ChoosePairs(runs, runs, true, options), (Pairs{{2, 3}}));
  options.candidate_run = "mtp1";
  EXPECT_THAT(MessageOf([&] { ChoosePairs(runs, runs, true, options); }),
              HasSubstr("candidate run 'mtp1': not in the file; it has 1 (none)"));
  options.candidate_run = "";  // every other arm
  EXPECT_EQ(ChoosePairs(runs, runs, true, options), (Pairs{{2, 1}}));
}

}  // namespace
}  // namespace dsb
