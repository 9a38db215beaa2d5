#include <gtest/gtest.h>

#include "results/metrics/acceptance.h"
#include "results/metrics/catalogue.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using testing::MakeRound;

double Value(const RoundCounts& counts, std::string_view metric) {
  RequestFacts facts;
  facts.rounds = counts;
  const MetricDefinition& ratio = DefinitionOf(metric);
  return ratio.numerator(facts) / ratio.denominator(facts);
}

// Five rounds, lengths chosen by a policy; the last one was cut by an accepted stop token.
RoundCounts FiveRounds() {
  const RoundRecord rounds[] = {MakeRound(4, 4, 4, 5), MakeRound(4, 2, 1, 2), MakeRound(4, 0, 0, 1),
                                MakeRound(4, 3, 0, 1), MakeRound(4, 4, 2, 2, 1)};
  return CountRounds(rounds);
}

TEST(Acceptance, RatiosByHand) {
  const RoundCounts counts = FiveRounds();
  EXPECT_DOUBLE_EQ(*AcceptedLength(counts), 11.0 / 5);
  EXPECT_DOUBLE_EQ(Value(counts, "accepted_length"), 11.0 / 5);
  EXPECT_DOUBLE_EQ(Value(counts, "accepted_drafts"), 7.0 / 5);
  EXPECT_DOUBLE_EQ(Value(counts, "verify_rate"), 11.0 / 25);
  EXPECT_DOUBLE_EQ(Value(counts, "draft_utilisation"), 7.0 / 13);
  EXPECT_DOUBLE_EQ(Value(counts, "budget"), 18.0 / 5);
  EXPECT_DOUBLE_EQ(Value(counts, "wasted_verify"), 6.0 / 18);
  EXPECT_EQ(counts.accept_histogram, (std::vector<int64_t>{2, 1, 1, 0, 1}));
}

TEST(Acceptance, PositionsByHand) {
  const RoundCounts counts = FiveRounds();
  // v >= k: 4 4 3 2; a >= k: 3 2 1 1; a >= k-1 and v >= k: 4 3 2 1 (the round with v = 3 and a = 0
  // stops at 1).
  EXPECT_DOUBLE_EQ(*Survival(counts, 1), 3.0 / 4);
  EXPECT_DOUBLE_EQ(*Survival(counts, 2), 2.0 / 4);
  EXPECT_DOUBLE_EQ(*Survival(counts, 3), 1.0 / 3);
  EXPECT_DOUBLE_EQ(*Survival(counts, 4), 1.0 / 2);
  EXPECT_DOUBLE_EQ(*ConditionalAcceptance(counts, 1), 3.0 / 4);
  EXPECT_DOUBLE_EQ(*ConditionalAcceptance(counts, 2), 2.0 / 3);
  EXPECT_DOUBLE_EQ(*ConditionalAcceptance(counts, 3), 1.0 / 2);
  EXPECT_DOUBLE_EQ(*ConditionalAcceptance(counts, 4), 1.0);
  EXPECT_FALSE(Survival(counts, 5).has_value());
  EXPECT_FALSE(ConditionalAcceptance(counts, 0).has_value());
}

TEST(Acceptance, NothingToCount) {
  const RoundCounts counts;
  EXPECT_FALSE(AcceptedLength(counts).has_value());
  EXPECT_FALSE(Survival(counts, 1).has_value());
}

// For a fixed block and no cut: tau = 1 + sum of the running products of conditional acceptance,
// drafts accepted = sum of survivals, verify rate = tau / (gamma + 1). 200 random sets of rounds.
TEST(Acceptance, IdentitiesOfAFixedBlock) {
  for (uint64_t world = 0; world < 200; ++world) {
    const auto draw = [world](uint32_t round, uint32_t lane) {
      return Uniform({.seed = 3, .request = world, .purpose = RandomPurpose::kTest, .round = round},
                     lane);
    };
    const auto gamma = static_cast<int64_t>(1 + 8 * draw(0, 99));
    const double rate = draw(0, 98);
    RoundCounts counts;
    for (uint32_t round = 1; round <= 1 + static_cast<uint32_t>(60 * draw(0, 97)); ++round) {
      int64_t accepted = 0;
      while (accepted < gamma && draw(round, static_cast<uint32_t>(accepted)) < rate) ++accepted;
      counts.Add(MakeRound(gamma, gamma, accepted, accepted + 1));
    }
    double tau = 1, product = 1, survivals = 0;
    for (int64_t k = 1; k <= gamma; ++k) {
      product *= ConditionalAcceptance(counts, k).value_or(0);
      tau += product;
      survivals += *Survival(counts, k);
      EXPECT_NEAR(product, *Survival(counts, k), 1e-12);
    }
    EXPECT_NEAR(*AcceptedLength(counts), tau, 1e-12);
    EXPECT_NEAR(Value(counts, "accepted_drafts"), survivals, 1e-12);
    EXPECT_NEAR(Value(counts, "accepted_drafts"), tau - 1, 1e-12);
    EXPECT_NEAR(Value(counts, "verify_rate"), tau / static_cast<double>(gamma + 1), 1e-12);
    EXPECT_NEAR(Value(counts, "draft_utilisation"), (tau - 1) / static_cast<double>(gamma), 1e-12);
  }
}

TEST(Acceptance, AddingCountsIsAddingRounds) {
  RoundCounts sum = FiveRounds();
  RoundCounts longer;
  longer.Add(MakeRound(7, 7, 6, 7));
  sum.Add(longer);
  EXPECT_EQ(sum.rounds, 6);
  EXPECT_EQ(sum.verified_at_least, (std::vector<int64_t>{5, 5, 4, 3, 1, 1, 1}));
  EXPECT_EQ(sum.accepted_at_least, (std::vector<int64_t>{4, 3, 2, 2, 1, 1, 0}));
  EXPECT_EQ(sum.accept_histogram, (std::vector<int64_t>{2, 1, 1, 0, 1, 0, 1}));
}

}  // namespace
}  // namespace dsb
