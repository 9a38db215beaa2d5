// Two engines' answers against each other, on rows made by hand.
#include "reports/crosscheck/crosscheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "reports/crosscheck/crosscheck_document.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

// An answer of one prompt token, then rounds that accept so many drafts each.
RequestRow Answer(const std::string& item, std::vector<int32_t> ids,
                  const std::vector<int64_t>& accepted) {
  RequestRow row;
  row.prompt.item_key = item;
  row.request.end_reason = "length";
  row.request.prompt_ids = {1, 2, 3};
  row.request.output_ids = std::move(ids);
  for (const int64_t a : accepted) {
    RoundRecord& round = row.request.rounds.emplace_back();
    round.proposed = round.verified = 4;
    round.accepted = a;
    round.committed = a + 1;
  }
  return row;
}

CheckedRun MadeRun(std::vector<RequestRow> rows) {
  RunData data;
  data.run.engine = "remote";
  data.run.drafter = "dspark";
  data.requests = std::move(rows);
  return CheckRun(std::move(data));
}

const std::vector<int32_t> kTen = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19};

TEST(Crosscheck, EqualAnswersAndRoundsAreTheSame) {
  const CheckedRun left = MadeRun({Answer("a", kTen, {2, 2, 2})}),
                   right = MadeRun({Answer("a", kTen, {2, 2, 2})});
  const Crosscheck check = PairAnswers(left, right);
  EXPECT_EQ(check.num_identical(), 1);
  EXPECT_EQ(check.rounds_compared(), 3);
  EXPECT_EQ(check.rounds_equal(), 3);
  EXPECT_EQ(check.left_length, 3);
  EXPECT_EQ(Judge(check, {}).verdict, CrossVerdict::kSame);
}

TEST(Crosscheck, RoundsAreComparedInsideTheCommonTokensOnly) {
  std::vector<int32_t> other = kTen;
  other[7] = 99;
  const CheckedRun left = MadeRun({Answer("a", kTen, {2, 2, 2})}),
                   right = MadeRun({Answer("a", other, {2, 2, 0})});
  Crosscheck check = PairAnswers(left, right);
  EXPECT_EQ(check.answers[0].common_tokens, 7);
  EXPECT_EQ(check.rounds_compared(), 2);  // the third reaches beyond token 7
  EXPECT_EQ(check.rounds_equal(), 2);
  EXPECT_FALSE(check.answers[0].parted.has_value());
  CrossJudgement judgement = Judge(check, {});
  EXPECT_EQ(judgement.verdict, CrossVerdict::kNumericsOnly);
  EXPECT_THAT(judgement.reason, HasSubstr("is not known"));
  check.answers[0].gap = 0.01;
  EXPECT_EQ(Judge(check, {}).verdict, CrossVerdict::kNumericsOnly);
  check.answers[0].gap = 3;
  judgement = Judge(check, {});
  EXPECT_EQ(judgement.verdict, CrossVerdict::kAnotherAlgorithm);
  EXPECT_THAT(judgement.reason, HasSubstr("item a parts at token 7"));
}

TEST(Crosscheck, RoundsThatPartAreAnotherAlgorithmIfTheyAreMany) {
  // `different` of 100 answers of three rounds part in their second.
  const auto judged = [](int different) {
    std::vector<RequestRow> left, right;
    for (int i = 0; i < 100; ++i) {
      const std::string item = "p" + std::to_string(i);
      left.push_back(Answer(item, kTen, {2, 2, 2}));
      right.push_back(
          Answer(item, kTen,
                 i < different ? std::vector<int64_t>{2, 1, 3} : std::vector<int64_t>{2, 2, 2}));
    }
    const CheckedRun one = MadeRun(std::move(left)), two = MadeRun(std::move(right));
    const Crosscheck check = PairAnswers(one, two);
    EXPECT_EQ(check.rounds_compared() - check.rounds_equal(), different);
    return Judge(check, {}).verdict;
  };
  EXPECT_EQ(judged(0), CrossVerdict::kSame);
  EXPECT_EQ(judged(2), CrossVerdict::kNumericsOnly);
  EXPECT_EQ(judged(20), CrossVerdict::kAnotherAlgorithm);
}

TEST(Crosscheck, FewIdenticalAnswersAreAnotherAlgorithmIfAskedFor) {
  std::vector<int32_t> other = kTen;
  other[9] = 99;
  const CheckedRun left = MadeRun({Answer("a", kTen, {2, 2}), Answer("b", kTen, {2, 2})}),
                   right = MadeRun({Answer("a", kTen, {2, 2}), Answer("b", other, {2, 2})});
  const Crosscheck check = PairAnswers(left, right);
  EXPECT_EQ(Judge(check, {.least_identical = 0.5}).verdict, CrossVerdict::kNumericsOnly);
  const CrossJudgement judgement = Judge(check, {.least_identical = 0.85});
  EXPECT_EQ(judgement.verdict, CrossVerdict::kAnotherAlgorithm);
  EXPECT_THAT(judgement.reason, HasSubstr("1 of 2 answers identical, expected at least 85"));
}

// Of 50 answers `missing` are in the first run alone.
TEST(Crosscheck, AFewAnswersDoNotSpeakForTheRest) {
  const auto judged = [](int missing) {
    std::vector<RequestRow> left, right;
    for (int i = 0; i < 50; ++i) {
      left.push_back(Answer("p" + std::to_string(i), kTen, {2, 2, 2}));
      if (i >= missing) right.push_back(left.back());
    }
    const CheckedRun one = MadeRun(std::move(left)), two = MadeRun(std::move(right));
    return Judge(PairAnswers(one, two), {}).verdict;
  };
  EXPECT_EQ(judged(1), CrossVerdict::kSame);
  EXPECT_EQ(judged(2), CrossVerdict::kUnknown);
  EXPECT_EQ(judged(49), CrossVerdict::kUnknown);
}

// Any lossless drafter gives the target's own greedy answers.
TEST(Crosscheck, EqualTextsSayNothingOfADrafter) {
  RunData data;
  data.requests.push_back(Answer("a", kTen, {}));
  const auto judged = [&](const char* drafter) {
    data.run.drafter = drafter;
    const CheckedRun run = CheckRun(data);
    return Judge(PairAnswers(run, run), {});
  };
  EXPECT_EQ(judged("none").verdict, CrossVerdict::kSame);
  EXPECT_EQ(judged("dspark").verdict, CrossVerdict::kUnknown);
  EXPECT_THAT(judged("dspark").reason, HasSubstr("no rounds to compare"));
}

TEST(Crosscheck, WhatIsNotComparedIsCounted) {
  RequestRow other_prompt = Answer("b", kTen, {});
  other_prompt.request.prompt_ids = {7};
  RequestRow no_ids = Answer("c", {}, {});
  const CheckedRun left = MadeRun({Answer("a", kTen, {}), Answer("b", kTen, {}),
                                   Answer("c", kTen, {}), Answer("d", kTen, {})}),
                   right = MadeRun(
                       {Answer("a", kTen, {}), other_prompt, no_ids, Answer("e", kTen, {})});
  const Crosscheck check = PairAnswers(left, right);
  EXPECT_EQ(check.answers.size(), 1u);
  EXPECT_EQ(check.other_prompts, 1);
  EXPECT_EQ(check.without_ids, 1);
  EXPECT_EQ(check.without_rounds, 1);
  EXPECT_EQ(check.only_left, 1);
  EXPECT_EQ(check.only_right, 1);
  EXPECT_EQ(Judge(check, {}).verdict, CrossVerdict::kUnknown);
  EXPECT_THAT(Judge(check, {}).reason, HasSubstr("only 1 of 5 answers could be compared"));
  const std::string text = PrintTerminal(CrosscheckDocument({{.arm = "dspark",
                                                              .left = "x",
                                                              .right = "y",
                                                              .check = check,
                                                              .judgement = {},
                                                              .left_law = {},
                                                              .right_law = {}}}));
  EXPECT_THAT(text, HasSubstr("1 pair asked with different prompt tokens"));
  EXPECT_EQ(Judge(Crosscheck{}, {}).verdict, CrossVerdict::kUnknown);
}

}  // namespace
}  // namespace dsb
