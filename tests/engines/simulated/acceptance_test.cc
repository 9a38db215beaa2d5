// Acceptance models: what they accept on the mean, that the truth and what is said of it are apart,
// and that rounds are the same whoever asks.
#include "engines/simulated/acceptance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "engines/simulated/generated_acceptance.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

double SampledLength(const AcceptanceModel& model, int32_t draft_length, int requests, int rounds) {
  std::vector<float> confidence(static_cast<size_t>(draft_length));
  double tokens = 0;
  for (int request = 0; request < requests; ++request) {
    for (int round = 0; round < rounds; ++round) {
      tokens += 1 + model.Draw({.seed = 3,
                                .request = static_cast<uint64_t>(request),
                                .round = static_cast<uint32_t>(round)},
                               confidence);
    }
  }
  return tokens / (requests * rounds);
}

// The shift that sets the mean accepted length of blocks of 5, equal shares of the three domains:
// the values that were found when the law was fitted.
TEST(GeneratedAcceptance, DeltaIsSolvedFromAnAcceptedLength) {
  const GeneratedAcceptanceOptions options;
  EXPECT_NEAR(SolveDelta(options, 3.61, 5), -0.74, 0.005);
  EXPECT_NEAR(SolveDelta(options, 3.40, 5), -0.98, 0.005);
  EXPECT_NEAR(SolveDelta(options, 3.30, 5), -1.09, 0.005);
  EXPECT_NEAR(SolveDelta(options, 4.07, 5), -0.21, 0.005);
  EXPECT_THROW(SolveDelta(options, 1.0, 5), Error);
  EXPECT_THROW(SolveDelta(options, 6.0, 5), Error);
}

TEST(GeneratedAcceptance, DrawsWhatTheQuadratureSays) {
  GeneratedAcceptanceOptions options;
  options.delta = SolveDelta(options, 3.61, 5);
  const auto model = MakeGeneratedAcceptance(options);
  EXPECT_NEAR(model->MeanAcceptedLength(5), 3.61, 1e-5);
  // 60000 independent rounds: the standard error is 0.008.
  EXPECT_NEAR(SampledLength(*model, 5, 60000, 1), 3.61, 0.03);
}

// Figure 5 of the paper at threshold 0, Qwen3-4B: 76.9, 67.6 and 45.7 % of the tokens of blocks
// of 7.
TEST(GeneratedAcceptance, HasThePapersLengthsByDomain) {
  const double expected[] = {6.15, 5.41, 3.66};
  for (size_t d = 0; d < 3; ++d) {
    const GeneratedAcceptanceOptions options{.domains = {PaperDomains()[d]}};
    EXPECT_NEAR(MeanGeneratedLength(options, 7), expected[d], 0.2) << PaperDomains()[d].name;
  }
}

// What is said is calibrated on the mean of all drafts that are reached, and a raw head says more.
TEST(GeneratedAcceptance, TruthAndConfidenceAreApart) {
  const GeneratedAcceptanceOptions calibrated;
  GeneratedAcceptanceOptions raw;
  raw.bias = 0.32;
  raw.temperature = 1;
  const auto head = MakeGeneratedAcceptance(calibrated), boaster = MakeGeneratedAcceptance(raw);
  float said = 0, boasted = 0;
  double sum = 0, boasts = 0, accepted = 0;
  const int count = 40000;
  for (int i = 0; i < count; ++i) {
    const RoundKey key{.seed = 1, .request = static_cast<uint64_t>(i)};
    const int32_t truth = head->Draw(key, {&said, 1});
    ASSERT_EQ(truth, boaster->Draw(key, {&boasted, 1}));  // what happens does not hear of the head
    ASSERT_GT(boasted, said * 0.9F);
    sum += said, boasts += boasted, accepted += truth;
  }
  EXPECT_NEAR(sum / count, accepted / count, 0.02);
  EXPECT_GT(boasts / count, accepted / count + 0.01);
}

TEST(GeneratedAcceptance, ALongerBlockBeginsAsAShorterOne) {
  const auto model = MakeGeneratedAcceptance({});
  for (uint32_t round = 0; round < 200; ++round) {
    std::vector<float> three(3), seven(7);
    const RoundKey key{.seed = 9, .request = 4, .round = round};
    const int32_t few = model->Draw(key, three), many = model->Draw(key, seven);
    EXPECT_EQ(few, std::min(many, 3));
    EXPECT_TRUE(std::equal(three.begin(), three.end(), seven.begin()));
  }
}

TEST(SurvivalAcceptance, AcceptsTheSharesThatItWasGiven) {
  const auto model = MakeSurvivalAcceptance({0.8, 0.6, 0.3});
  EXPECT_DOUBLE_EQ(model->MeanAcceptedLength(3), 2.7);
  EXPECT_DOUBLE_EQ(model->MeanAcceptedLength(1), 1.8);
  EXPECT_NEAR(SampledLength(*model, 3, 200, 200), 2.7, 0.02);
  std::vector<float> confidence(3);
  model->Draw({}, confidence);
  EXPECT_FLOAT_EQ(confidence[1], 0.75F);
  EXPECT_FLOAT_EQ(confidence[2], 0.5F);
}

TEST(SurvivalAcceptance, RefusesSharesThatRise) {
  ExpectBadInput({"survival: position 2 is 0.600000, expected 0 to 0.500000"}, [] {
    MakeSurvivalAcceptance({0.5, 0.6});
  });
  EXPECT_THROW(MakeSurvivalAcceptance({1.5}), Error);
  EXPECT_THROW(MakeSurvivalAcceptance({}), Error);
}

TEST(RecordedAcceptance, ReplaysOneAnswersRoundsInOrder) {
  std::vector<RecordedAnswer> answers(2);
  answers[0] = {.num_tokens = 40, .rounds = {{{0.9F, 0.8F}, 2}, {{0.5F, 0.4F}, 0}}};
  answers[1] = {.num_tokens = 7, .rounds = {{{0.3F, 0.2F}, 1}}};
  const auto model = MakeRecordedAcceptance(answers, 2, "a run");
  EXPECT_TRUE(model->recorded());
  EXPECT_DOUBLE_EQ(model->MeanAcceptedLength(2), 2);
  EXPECT_DOUBLE_EQ(model->MeanAcceptedLength(1), 1 + 2.0 / 3);
  bool first = false, second = false;
  for (uint64_t request = 0; request < 32; ++request) {
    std::vector<int32_t> accepted;
    std::vector<float> confidence(2);
    for (uint32_t round = 0; round < 4; ++round) {
      accepted.push_back(model->Draw({.request = request, .round = round}, confidence));
    }
    const bool long_one = *model->AnswerTokens(0, request) == 40;
    EXPECT_EQ(accepted,
              long_one ? (std::vector<int32_t>{2, 0, 2, 0}) : (std::vector<int32_t>{1, 1, 1, 1}));
    (long_one ? first : second) = true;
  }
  EXPECT_TRUE(first && second);
}

TEST(RecordedAcceptance, RefusesARunWithoutWholeRounds) {
  ExpectBadInput({"a run: found no round with 7 drafts", "policy fixed"},
                 [] { MakeRecordedAcceptance({{.num_tokens = 5, .rounds = {}}}, 7, "a run"); });
}

}  // namespace
}  // namespace dsb
