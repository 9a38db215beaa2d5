// One drafter and target in two engines, answer by answer and round by round: where they part, and
// what that says of the engines. Reads rows only; the gap between the target's best logits, which
// needs a model, is filled in by those who have one. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/checked_run.h"

namespace dsb {

struct PartedRound {
  int64_t token = 0;  // index of the answer's token that the round begins behind
  int64_t left_accepted = 0, right_accepted = 0;
};

struct AnswerPair {
  std::string item_key;
  int64_t repeat = 0;
  const RequestRecord *left = nullptr, *right = nullptr;
  int64_t common_tokens = 0;  // equal from the start
  bool identical = false;
  int64_t rounds_compared = 0, rounds_equal = 0;  // accepted counts, inside the common tokens
  std::optional<PartedRound> parted;              // the first that differs
  // Where identical answers end differently there is no token to ask the target for.
  std::optional<double>
      gap;  // the target's best logit less its second best, at the first divergence
};

struct Crosscheck {
  bool drafts = false;  // the arm has a drafter, of which equal answers alone say nothing
  std::vector<AnswerPair> answers;  // in the order of the left run
  int64_t only_left = 0, only_right = 0;
  int64_t without_ids = 0;     // pairs in which a side has no token ids
  int64_t without_rounds = 0;  // pairs in which a side has no rounds
  int64_t other_prompts = 0;   // pairs whose prompts are known to differ; not compared
  std::optional<double> left_length, right_length;  // accepted length over the compared pairs
  int64_t num_identical() const;
  int64_t num_left_out() const;  // answers and pairs that were not compared
  int64_t rounds_compared() const, rounds_equal() const;
};

// Finished requests of both, paired by item and repeat. Both runs outlive the result.
Crosscheck PairAnswers(const CheckedRun& left, const CheckedRun& right);

// Finished answers of one run against its own next repeat of the same item: what a server does
// against itself.
Crosscheck PairRepeats(const CheckedRun& run);

enum class CrossVerdict { kSame, kNumericsOnly, kAnotherAlgorithm, kUnknown };
struct CrossJudgement {
  CrossVerdict verdict = CrossVerdict::kUnknown;
  std::string reason;
};
struct CrossRules {
  // Unequal rounds that rounding may cause: more than this share, with 95 % confidence, is another
  // algorithm. bf16 against float32 gave 2 of 269.
  double most_unequal_rounds = 0.02;
  double largest_gap = 0.25;   // of logits that rounding may bridge
  double least_identical = 0;  // share of the answers; fewer is another algorithm
};
// What is said where more than 2 % of the answers were left out.
std::optional<CrossJudgement> TooFewCompared(const Crosscheck& check);
// Of greedy answers. Unknown also where a drafter's rounds are not there.
CrossJudgement Judge(const Crosscheck& check, const CrossRules& rules);
const char* CrossVerdictName(CrossVerdict verdict);  // same, numerics only, another algorithm, ...

}  // namespace dsb
