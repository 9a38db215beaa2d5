// The surprisal test's parts, on laws that can be computed by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "harness/crosscheck/target_check.h"

namespace dsb {
namespace {

TEST(Surprisal, OfALawOfTwoTokens) {
  const TokenLaw law = {.weights = {3, 1, 0}, .sum = 4};
  const double common = -std::log(0.75), rare = -std::log(0.25);
  const Surprisal found = SurprisalOf(law, 1);
  EXPECT_DOUBLE_EQ(found.token, rare);
  EXPECT_DOUBLE_EQ(found.entropy, 0.75 * common + 0.25 * rare);
  const double spread = rare - common;
  EXPECT_NEAR(found.variance, 0.75 * 0.25 * spread * spread, 1e-12);
  EXPECT_TRUE(std::isinf(SurprisalOf(law, 2).token));
}

TEST(Surprisal, GreedyTokensAreTooLikelyAndGarbageIsTooUnlikely) {
  const TokenLaw law = {.weights = {3, 1, 0}, .sum = 4};
  const auto judged = [&](int32_t token, int count) {
    TargetCheck::Sums sums;
    for (int i = 0; i < count; ++i) {
      const Surprisal found = SurprisalOf(law, token);
      ++sums.tokens;
      sums.excess += found.token - found.entropy;
      sums.variance += found.variance;
    }
    return TargetCheck::Judge(sums);
  };
  EXPECT_LT(judged(0, 100).z, -4);
  EXPECT_FALSE(judged(0, 100).passes);
  EXPECT_GT(judged(1, 100).z, 4);
  EXPECT_FALSE(judged(1, 100).passes);
  TargetCheck::Sums outside = {.tokens = 100, .outside = 1, .excess = 0, .variance = 10};
  EXPECT_FALSE(TargetCheck::Judge(outside).passes);
  outside.outside = 0;
  EXPECT_TRUE(TargetCheck::Judge(outside).passes);
}

TEST(Greedy, TokensAreTheBestOrNearItOrFarOff) {
  const std::vector<float> logits = {1, 5, 4.9F, 4};
  GreedyCheck check;
  for (const int32_t token : {1, 2, 3, 7, -1}) AddGreedyToken(logits, token, 0.25, check);
  EXPECT_EQ(check.tokens, 5);
  EXPECT_EQ(check.best, 1);
  EXPECT_EQ(check.near, 1);
  EXPECT_EQ(check.far(), 3);
}

}  // namespace
}  // namespace dsb
