#include "reports/pairing/pair_arms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "reports/pairing/pairs.h"
#include "reports/report/compare_document.h"
#include "reports/report/report_json.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Pairs = std::vector<std::pair<int64_t, int64_t>>;

RunRecord MakeRun(int64_t id, const std::string& drafter, double temperature = 0,
                  const std::string& state = "complete", int64_t length = 7) {
  RunRecord run;
  run.id = id;
  run.drafter = drafter;
  run.policy = "fixed";
  run.draft_length = length;
  run.temperature = temperature;
  run.state = state;
  return run;
}

TEST(PairArms, AnArmWithoutAPartnerIsNamed) {
  const std::vector<RunRecord> before{MakeRun(1, "none"), MakeRun(2, "dspark"),
                                      MakeRun(3, "eagle3")};
  const std::vector<RunRecord> after{MakeRun(1, "none"), MakeRun(2, "dspark", 0, "complete", 5),
                                     MakeRun(3, "mtp1")};
  const ArmPairs pairs = PairArms(before, after);
  EXPECT_EQ(pairs.pairs, (Pairs{{1, 1}}));
  EXPECT_THAT(pairs.only_baseline, ElementsAre(2, 3));
  EXPECT_THAT(pairs.only_candidate, ElementsAre(2, 3));
}

TEST(PairArms, EachQuestionOfAnArmHasItsOwnPartner) {
  const std::vector<RunRecord> before{MakeRun(1, "dspark", 0), MakeRun(2, "dspark", 1)};
  EXPECT_EQ(PairArms(before, {MakeRun(5, "dspark", 1), MakeRun(6, "dspark", 0)}).pairs,
            (Pairs{{1, 6}, {2, 5}}));
  const ArmPairs lost = PairArms(before, {MakeRun(5, "dspark", 1)});
  EXPECT_EQ(lost.pairs, (Pairs{{2, 5}}));
  EXPECT_THAT(lost.only_baseline, ElementsAre(1));
  // One question on either side, not the same: a difference to be shown, not a lost arm.
  const ArmPairs other = PairArms({before[0]}, {MakeRun(5, "dspark", 1)});
  EXPECT_EQ(other.pairs, (Pairs{{1, 5}}));
  EXPECT_THAT(other.only_baseline, IsEmpty());
}

TEST(PairArms, ANewerUnfinishedRunIsPassedOverAndSaid) {
  const std::vector<RunRecord> after{MakeRun(1, "dspark"), MakeRun(2, "dspark", 0, "interrupted")};
  const ArmPairs pairs = PairArms({MakeRun(1, "dspark")}, after);
  EXPECT_EQ(pairs.pairs, (Pairs{{1, 1}}));
  EXPECT_EQ(pairs.passed_over, (Pairs{{2, 1}}));
}

TEST(PairWithPlain, OfTheSameQuestionElseOfTheNewest) {
  const std::vector<RunRecord> runs{MakeRun(1, "none", 0), MakeRun(2, "dspark", 0),
                                    MakeRun(3, "none", 1), MakeRun(4, "dspark", 1),
                                    MakeRun(5, "eagle3", 0.5)};
  EXPECT_EQ(PairWithPlain(runs), (Pairs{{1, 2}, {3, 4}, {3, 5}}));
  EXPECT_THAT(PairWithPlain({runs[1], runs[3]}), IsEmpty());
  EXPECT_THAT(PairWithPlain({runs[0]}), IsEmpty());
}

std::string MessageOf(const std::vector<RunRecord>& before, const std::vector<RunRecord>& after,
                      bool same_store, const CompareOptions& options) {
  try {
    ChooseRuns(before, after, same_store, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  ADD_FAILURE() << "nothing thrown";
  return "";
}

TEST(ChooseRuns, OneFileWithOneArmSaysWhatIsNeeded) {
  const std::vector<RunRecord> plain{MakeRun(1, "none")}, other{MakeRun(1, "dspark")};
  for (const auto& runs : {plain, other}) {
    EXPECT_THAT(MessageOf(runs, runs, true, {}),
                HasSubstr("compare needs a plain arm (drafter none) and another"));
  }
  EXPECT_THAT(MessageOf(plain, plain, true, {}), HasSubstr("the file has 1 (none)"));
  EXPECT_THAT(MessageOf({}, {}, true, {}), HasSubstr("the file has no runs"));
}

TEST(ChooseRuns, OfOneFileANamedSideHasTheHelpsDefaultOnTheOther) {
  const std::vector<RunRecord> runs{MakeRun(1, "none"), MakeRun(2, "dspark"), MakeRun(3, "eagle3"),
                                    MakeRun(4, "dspark")};
  const auto pairs = [&](const std::string& baseline, const std::string& candidate) {
    CompareOptions options;
    options.baseline_run = baseline;
    options.candidate_run = candidate;
    return ChooseRuns(runs, runs, true, options).pairs;
  };
  EXPECT_EQ(pairs("", "dspark fixed 7"), (Pairs{{1, 4}}));
  EXPECT_EQ(pairs("", "2"), (Pairs{{1, 2}}));
  EXPECT_EQ(pairs("eagle3", ""), (Pairs{{3, 1}, {3, 4}}));
  EXPECT_EQ(pairs("2", "4"), (Pairs{{2, 4}}));
}

TEST(ChooseRuns, OfTwoFilesANamedSideHasItsArmOnTheOther) {
  const std::vector<RunRecord> before{MakeRun(1, "none"), MakeRun(2, "dspark")};
  const std::vector<RunRecord> after{MakeRun(1, "eagle3"), MakeRun(2, "dspark")};
  CompareOptions options;
  options.candidate_run = "dspark:7";
  EXPECT_EQ(ChooseRuns(before, after, false, options).pairs, (Pairs{{2, 2}}));
  options = {};
  options.baseline_run = "none";
  EXPECT_THAT(MessageOf(before, after, false, options), HasSubstr("candidate run: name one"));
  EXPECT_EQ(ChooseRuns(before, {after[0]}, false, options).pairs, (Pairs{{1, 1}}));
}

TEST(Compare, SaysWhatIsNotCompared) {
  const std::vector<RunRecord> before{MakeRun(1, "none"), MakeRun(2, "dspark")};
  const ChosenPairs chosen =
      ChooseRuns(before, {MakeRun(1, "none"), MakeRun(9, "eagle3")}, false, {});
  EXPECT_EQ(NamesOf(before, chosen.only_baseline), std::vector<std::string>{"dspark fixed 7 #2"});
  const UnpairedArms unpaired{.baseline = {"dspark fixed 7 #2"},
                              .candidate = {"eagle3 fixed 7 #9"}};
  const std::string text = PrintTerminal(MakeCompareDocument({}, {}, unpaired));
  EXPECT_THAT(text, HasSubstr("Not compared: dspark fixed 7 #2 of the baseline"));
  EXPECT_THAT(text, HasSubstr("Not compared: eagle3 fixed 7 #9 of the candidate"));
  EXPECT_EQ(nlohmann::json::parse(CompareJson({}, {}, unpaired))["only_baseline"][0],
            "dspark fixed 7 #2");
}

TEST(Compare, SaysIfOneRunIsOnBothSides) {
  RunData run = testing::SyntheticRun({});
  run.run.uuid = "u-1";
  RunData copy = run;
  copy.run.uuid = "u-2";  // the times give it away
  CompareOptions options;
  options.metrics.bootstrap.num_resamples = 200;
  for (const RunData& other : {run, copy}) {
    const ComparedPair pair = ComparePair(CheckRun(run), CheckRun(other), options);
    EXPECT_TRUE(pair.same_run);
    EXPECT_THAT(PrintTerminal(MakeCompareDocument({pair}, options.metrics)),
                HasSubstr("one run on both sides"));
  }
  copy.requests[4].request.issued_ns += 1;
  EXPECT_FALSE(ComparePair(CheckRun(run), CheckRun(copy), options).same_run);
}

}  // namespace
}  // namespace dsb
