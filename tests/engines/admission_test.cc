#include "engines/scheduling/admission.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

using Lengths = std::vector<int32_t>;
using Round = std::vector<DraftedRequest>;

// The worked examples of verification.md 5.
const std::vector<float> kFirst = {.9f, .8f, .5f}, kSecond = {.6f, .9f, .9f};
const Round kRound = {{.proposed = 3, .confidence = kFirst},
                      {.proposed = 3, .confidence = kSecond}};

StepRates Smooth() {
  std::vector<double> rates;
  for (int b = 0; b <= 8; ++b) rates.push_back(100 / (1 + b / 2.0));
  return StepRates(rates);
}

StepRates Cliff() { return StepRates({100, 100, 100, 60, 60, 60, 60, 60, 60}); }

Lengths Rated(AdmissionKind kind, const StepRates& rates) {
  return Admit(kind, {.rates = &rates}, kRound);
}

Lengths OfBudget(int32_t budget, const Round& round) {
  return Admit(AdmissionKind::kBudget, {.budget = budget}, round);
}

TEST(Admission, NoneAndFixedNeedNoConfidence) {
  const Round round = {{.proposed = 3, .confidence = {}}, {.proposed = 0, .confidence = {}}};
  EXPECT_EQ(Admit(AdmissionKind::kNone, {}, round), (Lengths{0, 0}));
  EXPECT_EQ(Admit(AdmissionKind::kFixed, {}, round), (Lengths{3, 0}));
}

TEST(Admission, AThresholdCutsAtTheFirstConfidenceBelowIt) {
  const auto lengths = [](double threshold) {
    return Admit(AdmissionKind::kThreshold, {.threshold = threshold}, kRound);
  };
  EXPECT_EQ(lengths(0), (Lengths{3, 3}));
  EXPECT_EQ(lengths(0.7), (Lengths{2, 0}));
  EXPECT_EQ(lengths(0.5), (Lengths{3, 3}));
  EXPECT_EQ(lengths(1), (Lengths{0, 0}));
}

TEST(Admission, Algorithm1StopsWhereTheRateFirstFails) {
  EXPECT_EQ(Rated(AdmissionKind::kAlgorithm1, Smooth()), (Lengths{2, 0}));
  EXPECT_EQ(Rated(AdmissionKind::kAlgorithm1, Cliff()), (Lengths{0, 0}));
}

TEST(Admission, GlobalArgmaxLooksBeyondTheCliff) {
  EXPECT_EQ(Rated(AdmissionKind::kGlobalArgmax, Smooth()), (Lengths{2, 0}));
  EXPECT_EQ(Rated(AdmissionKind::kGlobalArgmax, Cliff()), (Lengths{3, 3}));
}

TEST(Admission, ABudgetGoesByOrderOfSurvival) {
  // .9 .72 .6 .54 .486 .36
  EXPECT_EQ(OfBudget(-1, kRound), (Lengths{0, 0}));
  EXPECT_EQ(OfBudget(0, kRound), (Lengths{0, 0}));
  EXPECT_EQ(OfBudget(2, kRound), (Lengths{2, 0}));
  EXPECT_EQ(OfBudget(3, kRound), (Lengths{2, 1}));
  EXPECT_EQ(OfBudget(5, kRound), (Lengths{2, 3}));
  EXPECT_EQ(OfBudget(99, kRound), (Lengths{3, 3}));
}

TEST(Admission, TiesGoToShorterPrefixesThenToEarlierRequests) {
  const std::vector<float> sure = {1, 1}, half = {.5f, 1};
  EXPECT_EQ(OfBudget(1, {{2, half}, {2, half}}), (Lengths{1, 0}));
  EXPECT_EQ(OfBudget(2, {{2, sure}, {2, sure}}), (Lengths{1, 1}));
}

TEST(Admission, NeverAdmitsWhatCannotBeReached) {
  const std::vector<float> dead = {.5f, 0, 1};
  EXPECT_EQ(OfBudget(3, {{3, dead}}), (Lengths{1}));
}

}  // namespace
}  // namespace dsb
