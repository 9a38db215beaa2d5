#include "results/metrics/scheduling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using testing::SyntheticRun;

// A lagged run that verifies every draft; half of its steps worked on 8 requests.
RunData Inert() {
  RunData data = SyntheticRun({});
  data.run.policy = "lagged";
  for (RequestRow& row : data.requests) {
    for (RoundRecord& round : row.request.rounds) {
      round.proposed = round.verified;
      round.confidence.resize(static_cast<size_t>(round.proposed));
    }
  }
  for (StepRecord& step : data.steps) {
    if (step.idx % 2 == 1) {
      step.num_requests = 8;
      step.num_verify_tokens = 40;
    }
    step.num_draft_tokens = step.num_verify_tokens - step.num_requests;
    step.budget_tokens = step.num_draft_tokens;
  }
  return data;
}

TEST(Scheduling, AllThatItDidIsSummedUpByLoad) {
  RunData data = Inert();
  data.requests.back().request.rounds.front().verified -= 1;
  data.requests.back().request.rounds.front().accepted = 0;
  const auto summary = SummariseScheduling(CheckRun(data));
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->cut, 1);
  EXPECT_FALSE(summary->never_cut());
  ASSERT_EQ(summary->loads.size(), 2u);
  EXPECT_EQ(summary->loads[0].to, 1);
  EXPECT_EQ(summary->loads[1].from, 5);
  EXPECT_EQ(summary->loads[1].to, 8);
  EXPECT_DOUBLE_EQ(summary->loads[1].verified, 4);
  EXPECT_DOUBLE_EQ(summary->loads[1].budget, 4);
  EXPECT_EQ(summary->loads[1].drafting_steps, summary->loads[1].steps);
}

TEST(Scheduling, APolicyThatVerifiesEverythingAtEveryLoadIsInert) {
  EXPECT_THAT(PolicyInertDetail(CheckRun(Inert())), HasSubstr("lagged verified every draft of"));
  RunData one_load = Inert();
  for (StepRecord& step : one_load.steps) step.num_requests = 1;
  EXPECT_EQ(PolicyInertDetail(CheckRun(one_load)), "");
  RunData fixed = Inert();
  fixed.run.policy = "fixed";
  EXPECT_EQ(PolicyInertDetail(CheckRun(fixed)), "");
  RunData undrafted = Inert();
  RoundRecord& round = undrafted.requests.back().request.rounds.front();
  round.proposed = round.verified = round.accepted = 0;
  round.confidence.clear();
  EXPECT_EQ(PolicyInertDetail(CheckRun(undrafted)), "");
}

}  // namespace
}  // namespace dsb
