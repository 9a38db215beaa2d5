#include "engines/scheduling/lagged_budget.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace dsb {
namespace {

CostPoint At(int64_t at, int64_t ns) {
  return {.at = at, .median_ns = ns, .min_ns = ns, .max_ns = ns, .samples = 0};
}

// A pass of 4 tokens at most costs 100, one of 8 costs 160; drafting 20.
std::shared_ptr<const CostTable> Stairs() {
  CostTable table;
  table.captured_tokens = 8;
  table.verify.push_back({.requests = 1, .by_tokens = {{At(4, 100), At(8, 160)}, 8, "stairs"}});
  table.draft = {{At(1, 20)}, 0, "draft"};
  return std::make_shared<const CostTable>(std::move(table));
}

RequestLoad Request(int32_t slot, int32_t most = 3, int64_t generation = 1) {
  return {.slot = slot, .generation = generation, .round = 0, .most = most};
}

FinishedRound Drafted(const RequestLoad& request, std::vector<float> confidence) {
  const auto proposed = static_cast<int32_t>(confidence.size());
  return {.request = request,
          .proposed = proposed,
          .verified = 0,
          .accepted = 0,
          .confidence = std::move(confidence)};
}

class Lagged : public testing::Test {
 protected:
  int32_t Next(int64_t step, std::vector<RequestLoad> requests) {
    return budget_->Next({.step = step, .requests = requests});
  }
  void Observe(int64_t step, std::vector<FinishedRound> rounds) {
    budget_->Observe({.step = step, .rounds = std::move(rounds)});
  }

  std::unique_ptr<VerifyBudget> budget_ =
      MakeLaggedBudget({.costs = Stairs(), .ranks_old = true, .probe_share = 0.07});
};

// Rates by hand: 1 / 100 without a draft; with n drafts (1 + sum) / 120, or / 180 past the stair.
TEST_F(Lagged, TakesTheHighestRateOfAllNumbersBeyondTheStairs) {
  // Certain of a new request: 4 / 120.
  EXPECT_EQ(Next(1, {Request(0)}), 3);
  // Two of them: 4 tokens 4 / 120 = 0.033, 8 tokens 8 / 180 = 0.044.
  EXPECT_EQ(Next(1, {Request(0), Request(1)}), 6);
}

TEST_F(Lagged, LooksAtTheConfidencesOfTwoStepsAgo) {
  Observe(1, {Drafted(Request(0), {0.9f, 0.8f, 0.1f})});
  Observe(2, {Drafted(Request(0), {0.1f, 0.1f, 0.1f})});
  // 1 + 0.9 + 0.72 + 0.072 within the stair that is paid for.
  EXPECT_EQ(Next(3, {Request(0)}), 3);
  ASSERT_EQ(budget_->RankedBy()->size(), 1u);
  EXPECT_EQ(budget_->RankedBy()->front(), (std::vector<float>{0.9f, 0.8f, 0.1f}));
  // 1.111 / 120 is below 1 / 100.
  EXPECT_EQ(Next(4, {Request(0)}), kNoDraft);
}

TEST_F(Lagged, TakesTheMeanOfEarlierRoundsForARequestThatItDoesNotKnow) {
  Observe(1, {Drafted(Request(0), {0.1f, 0.1f, 0.1f})});
  Observe(2, {});
  EXPECT_EQ(Next(4, {Request(0, 3, 2)}), kNoDraft);
  EXPECT_EQ(budget_->RankedBy()->front(), (std::vector<float>{0.1f, 0.1f, 0.1f}));
}

TEST_F(Lagged, TakesAnotherRequestInTheSlotForAnother) {
  Observe(1, {Drafted(Request(0), {0.1f, 0.1f, 0.1f})});
  EXPECT_EQ(Next(3, {Request(0, 3, 1)}), kNoDraft);
  EXPECT_EQ(Next(3, {Request(0, 3, 2)}), 3);  // no round before: certain
}

TEST_F(Lagged, DraftsOnceInAWhileToSeeWhetherItPays) {
  Observe(1, {Drafted(Request(0), {0.1f, 0.1f, 0.1f})});
  std::vector<int32_t> answers;
  for (int64_t step = 2; step <= 7; ++step) {
    answers.push_back(Next(step, {Request(0)}));
    const bool drafted = answers.back() != kNoDraft;
    Observe(step, {Drafted(Request(0),
                           drafted ? std::vector<float>{0.1f, 0.1f, 0.1f} : std::vector<float>{})});
  }
  // Step 2 knows nothing yet; what is drafted at 6 is verified as far as it costs nothing.
  EXPECT_EQ(answers, (std::vector<int32_t>{3, kNoDraft, kNoDraft, kNoDraft, 3, kNoDraft}));
}

TEST_F(Lagged, ExpectsOfItsFirstRoundsWhatItWasTold) {
  budget_ =
      MakeLaggedBudget({.costs = Stairs(), .ranks_old = true, .usual_confidence = {0.1, 0.1, 0.1}});
  EXPECT_EQ(Next(1, {Request(0)}), kNoDraft);  // 1.111 / 120 is below 1 / 100
  EXPECT_EQ(budget_->RankedBy()->front(), (std::vector<float>{0.1f, 0.1f, 0.1f}));
  budget_ = MakeLaggedBudget({.costs = Stairs(), .usual_confidence = {0.9, 0.8, 0.1}});
  EXPECT_EQ(Next(1, {Request(0)}), 3);
  // Rounds of this run count for more and more.
  for (int64_t step = 1; step <= 40; ++step) {
    Observe(step, {Drafted(Request(0, 3, step), {0.1f, 0.1f, 0.1f})});
    Next(step + 3, {});
  }
  EXPECT_EQ(Next(44, {Request(0, 3, 99)}), kNoDraft);
}

TEST(LaggedProbes, MayCostAShareOfTheTimeThatIsSpentWithoutDrafts) {
  const std::unique_ptr<VerifyBudget> budget =
      MakeLaggedBudget({.costs = Stairs(), .probe_share = 0.01});
  std::vector<int64_t> drafted;
  for (int64_t step = 1; step <= 100; ++step) {
    const std::vector<RequestLoad> one = {Request(0)};
    const bool drafts = budget->Next({.step = step, .requests = one}) != kNoDraft;
    if (drafts) drafted.push_back(step);
    budget->Observe(
        {.step = step, .rounds = {Drafted(one[0], std::vector<float>(drafts ? 3 : 0, 0.1f))}});
  }
  // Two steps know nothing; then each 20 that a probe costs more are 1 % of 20 steps of 100.
  EXPECT_EQ(drafted, (std::vector<int64_t>{1, 2, 23, 44, 65, 86}));
}

TEST_F(Lagged, DraftsAgainWhereItPaysForAsLongAsItDidNot) {
  budget_ = MakeLaggedBudget({.costs = Stairs(), .probe_share = 1e-6});
  // Drafts of one request pay, those of four do not: they are past the stair.
  int64_t step = 0;
  const auto drafts = [this, &step](int users, int steps) {
    int count = 0;
    for (const int64_t end = step + steps; step < end;) {
      ++step;
      std::vector<RequestLoad> requests(static_cast<size_t>(users));
      std::vector<FinishedRound> rounds;
      for (int u = 0; u < users; ++u) requests[static_cast<size_t>(u)] = Request(u);
      const bool drafted = Next(step, requests) != kNoDraft;
      count += drafted ? 1 : 0;
      for (const RequestLoad& request : requests) {
        rounds.push_back(Drafted(request, std::vector<float>(drafted ? 3 : 0, 0.4f)));
        rounds.back().accepted = drafted && step % 8 < 5 ? 1 : 0;  // as they say: 0.624
      }
      Observe(step, std::move(rounds));
    }
    return count;
  };
  EXPECT_EQ(drafts(1, 40), 40);
  EXPECT_EQ(drafts(4, 1), 0);
  EXPECT_EQ(drafts(1, 40), 40);  // one step's rest
  EXPECT_EQ(drafts(4, 3), 0);
  EXPECT_EQ(drafts(1, 40), 38);
  EXPECT_EQ(drafts(4, 11), 0);
  EXPECT_EQ(drafts(1, 40), 33);
}

TEST_F(Lagged, CountsDraftsAsMuchAsTheyCameTo) {
  // Confidences that promise 2.44 accepted drafts of 3 and are right, or never, or right again.
  int64_t step = 1;
  const auto last_of = [&](int64_t steps, bool right) {
    int32_t budget = 0;
    for (const int64_t end = step + steps; step < end; ++step) {
      budget = Next(step, {Request(0)});
      std::vector<float> confidence;
      if (budget != kNoDraft) confidence.assign(3, 0.9f);
      FinishedRound round = Drafted(Request(0), std::move(confidence));
      if (budget > 0 && right) round.accepted = step % 2 == 0 ? 3 : 2;
      Observe(step, {round});
    }
    return budget;
  };
  EXPECT_EQ(last_of(100, true), 3);
  EXPECT_EQ(last_of(200, false), kNoDraft);
  EXPECT_EQ(last_of(1000, true), 3);
}

TEST_F(Lagged, VerifiesNoMoreThanARequestHasRoomFor) {
  EXPECT_EQ(Next(1, {Request(0, 2), Request(1, 0)}), 2);
}

}  // namespace
}  // namespace dsb
