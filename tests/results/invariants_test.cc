#include "results/invariants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using testing::SyntheticRun;

TEST(Invariants, HoldOfASoundRun) {
  EXPECT_TRUE(CheckInvariants(SyntheticRun({})).empty());
  testing::SyntheticArm plain;
  plain.drafter = "none";
  EXPECT_TRUE(CheckInvariants(SyntheticRun(plain)).empty());
}

TEST(Invariants, EachIsFoundWhenBroken) {
  const std::vector<std::pair<std::string, std::function<void(RunData&)>>> cases = {
      {"accepted <= verified",
       [](RunData& data) { data.requests[5].request.rounds[1].accepted = 99; }},
      {"accepted <= verified", [](RunData& data) { data.run.draft_length = 3; }},
      {"committed = accepted + 1",
       [](RunData& data) { data.requests[5].request.rounds[0].committed += 1; }},
      {"sum of committed = tokens",
       [](RunData& data) { data.requests[5].request.bursts[2].num_tokens += 1; }},
      {"never run backwards", [](RunData& data) { data.requests[5].request.bursts[2].t_ns = 0; }},
      {"never run backwards", [](RunData& data) { data.requests[5].request.issued_ns -= 2000; }},
      {"tokens <= token limit", [](RunData& data) { data.run.max_tokens = 63; }},
      {"token ids = tokens",
       [](RunData& data) {
         data.requests[5].request.output_ids = {1, 2};
       }},
      {"a burst has tokens",
       [](RunData& data) {
         std::vector<BurstRecord>& bursts = data.requests[5].request.bursts;
         bursts.push_back({bursts.back().t_ns, 0});
       }},
      {"device busy <= wall",
       [](RunData& data) { data.steps[3].device_busy_ns = data.steps[3].wall_ns + 1; }},
      {"sum of phases <= wall",
       [](RunData& data) { data.steps[3].phases[0].wall_ns = data.steps[3].wall_ns; }},
  };
  for (const auto& [rule, damage] : cases) {
    RunData data = SyntheticRun({});
    damage(data);
    const std::vector<BrokenInvariant> broken = CheckInvariants(data);
    ASSERT_FALSE(broken.empty()) << rule;
    EXPECT_THAT(broken.front().rule, HasSubstr(rule));
    EXPECT_FALSE(broken.front().where.empty());
    EXPECT_FALSE(broken.front().found.empty());
  }
}

TEST(Invariants, FailedRequestsNeedNotBeComplete) {
  RunData data = SyntheticRun({});
  data.requests[5].request.end_reason = "error";
  data.requests[5].request.bursts.pop_back();
  EXPECT_TRUE(CheckInvariants(data).empty());
}

RequestRecord Cut(int64_t committed, int64_t cut) {
  RequestRecord request;
  request.end_reason = "stop";
  request.bursts = {{10, 1}, {20, committed}};
  request.rounds = {testing::MakeRound(4, 4, 3, committed, cut)};
  return request;
}

// An engine's round ends early on a stop token among its accepted drafts, which is committed too,
// or at the limit: either way it commits a token.
TEST(Invariants, ACutRoundCommitsFromOneTokenToAll) {
  const RequestRules rules{.draft_length = 4};
  for (const int64_t cut : {1, 2}) {
    for (const int64_t committed : {1, 2, 3, 4}) {
      EXPECT_TRUE(CheckRequest(Cut(committed, cut), rules).empty()) << committed;
    }
    EXPECT_FALSE(CheckRequest(Cut(5, cut), rules).empty());
    RequestRecord none = Cut(1, cut);
    none.rounds[0].committed = 0;
    EXPECT_THAT(CheckRequest(none, rules).at(0).rule, HasSubstr("committed = accepted + 1"));
  }
  EXPECT_TRUE(CheckRequest(Cut(4, 0), rules).empty());
  EXPECT_FALSE(CheckRequest(Cut(3, 0), rules).empty());
}

TEST(Invariants, ARoundHasAConfidenceForEachDraftOrNone) {
  const RequestRules rules{.draft_length = 4};
  RequestRecord request = Cut(4, 0);
  request.rounds[0].confidence = {0.5F, 0.5F, 0.5F, 0.5F};
  EXPECT_TRUE(CheckRequest(request, rules).empty());
  request.rounds[0].confidence.pop_back();
  EXPECT_THAT(CheckRequest(request, rules).at(0).rule, HasSubstr("a confidence for each"));
  EXPECT_EQ(CheckRequest(request, rules).at(0).found, "3 of 4");
}

// What the run says of its engine decides, not the engine's name.
TEST(Invariants, WhetherRoundsAreOwedIsWhatTheRunSays) {
  RunData data = SyntheticRun({});
  for (RequestRow& row : data.requests) row.request.rounds.clear();
  EXPECT_FALSE(CheckInvariants(data).empty());
  // A server's rounds are there for those answers whose data proves them.
  data.run.engine = "remote";
  EXPECT_TRUE(CheckInvariants(data).empty());
  data.run.engine = "native";
  data.run.reports_rounds = false;
  EXPECT_TRUE(CheckInvariants(data).empty());
}

TEST(Invariants, RoundsAreOwedOnlyByEnginesThatReportThem) {
  RequestRecord request = Cut(4, 0);
  request.rounds.clear();
  EXPECT_TRUE(CheckRequest(request, {.reports_rounds = false}).empty());
  EXPECT_THAT(CheckRequest(request, {.reports_rounds = true}).at(0).rule,
              HasSubstr("sum of committed = tokens"));
  request.token_count_source = "retokenised";  // an estimate
  EXPECT_TRUE(CheckRequest(request, {.reports_rounds = true}).empty());
}

TEST(TokensAfterStop, FoundByTheTokenThatEndedOtherAnswers) {
  RunData data = SyntheticRun({});
  data.requests[2].request.end_reason = "stop";
  data.requests[2].request.output_ids = {5, 6, 2};
  data.requests[3].request.output_ids = {7, 8, 2};  // ended by length on the stop token itself
  EXPECT_TRUE(CheckTokensAfterStop(data).empty());
  data.requests[4].request.output_ids = {7, 2, 8, 9};
  const std::vector<BrokenInvariant> broken = CheckTokensAfterStop(data);
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_THAT(broken[0].found, HasSubstr("2 tokens after token 2"));
  RunData retokenised = data;
  for (RequestRow& row : retokenised.requests) row.request.token_count_source = "retokenised";
  EXPECT_TRUE(CheckTokensAfterStop(retokenised).empty());
  data.run.engine = "remote";  // one that gives ids is held to them
  EXPECT_EQ(CheckTokensAfterStop(data).size(), 1u);
  data.flags["ignore_eos"] = "";
  EXPECT_TRUE(CheckTokensAfterStop(data).empty());
}

}  // namespace
}  // namespace dsb
