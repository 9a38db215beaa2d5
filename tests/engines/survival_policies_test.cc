#include "engines/scheduling/survival_policies.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

using Lengths = std::vector<int32_t>;

// The worked examples of verification.md 5.
const std::vector<float> kFirst = {.9f, .8f, .5f}, kSecond = {.6f, .9f, .9f};
const std::vector<PolicyRequest> kRound = {{.proposed = 3, .confidence = kFirst},
                                           {.proposed = 3, .confidence = kSecond}};

StepRates Smooth() {
  std::vector<double> rates;
  for (int b = 0; b <= 8; ++b) rates.push_back(100 / (1 + b / 2.0));
  return StepRates(rates);
}

StepRates Cliff() { return StepRates({100, 100, 100, 60, 60, 60, 60, 60, 60}); }

TEST(Algorithm1, StopsWhereTheRateFirstFails) {
  EXPECT_EQ(MakeAlgorithm1(Smooth())->Choose(kRound), (Lengths{2, 0}));
  EXPECT_EQ(MakeAlgorithm1(Cliff())->Choose(kRound), (Lengths{0, 0}));
}

TEST(GlobalArgmax, LooksBeyondTheCliff) {
  EXPECT_EQ(MakeGlobalArgmax(Smooth())->Choose(kRound), (Lengths{2, 0}));
  EXPECT_EQ(MakeGlobalArgmax(Cliff())->Choose(kRound), (Lengths{3, 3}));
}

TEST(Budget, AdmitsInOrderOfSurvival) {
  // .9 .72 .6 .54 .486 .36
  EXPECT_EQ(MakeBudget(0)->Choose(kRound), (Lengths{0, 0}));
  EXPECT_EQ(MakeBudget(2)->Choose(kRound), (Lengths{2, 0}));
  EXPECT_EQ(MakeBudget(3)->Choose(kRound), (Lengths{2, 1}));
  EXPECT_EQ(MakeBudget(5)->Choose(kRound), (Lengths{2, 3}));
  EXPECT_EQ(MakeBudget(99)->Choose(kRound), (Lengths{3, 3}));
}

TEST(Budget, TiesGoToShorterPrefixesThenToEarlierRequests) {
  const std::vector<float> sure = {1, 1}, half = {.5f, 1};
  EXPECT_EQ(MakeBudget(1)->Choose(std::vector<PolicyRequest>{{2, half}, {2, half}}),
            (Lengths{1, 0}));
  EXPECT_EQ(MakeBudget(2)->Choose(std::vector<PolicyRequest>{{2, sure}, {2, sure}}),
            (Lengths{1, 1}));
}

TEST(Budget, NeverAdmitsWhatCannotBeReached) {
  const std::vector<float> dead = {.5f, 0, 1};
  EXPECT_EQ(MakeBudget(3)->Choose(std::vector<PolicyRequest>{{3, dead}}), (Lengths{1}));
}

}  // namespace
}  // namespace dsb
