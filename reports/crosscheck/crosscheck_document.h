// A crosscheck as tables: what was equal, where the answers parted, and the verdict.
#pragma once

#include <string>
#include <vector>

#include "reports/crosscheck/crosscheck.h"
#include "reports/document/document.h"

namespace dsb {

// Sampled answers against the target's own law (measurement.md 10, level 1): (sum of surprisals -
// entropies) / standard deviation, and tokens outside the law's support.
struct SurprisalCheck {
  int64_t tokens = 0, outside = 0;
  double z = 0;
  bool passes = false;
};

// Greedy answers against the target's logits: tokens that are its best, within what rounding may
// bridge of it, and further off, which no greedy target gives.
struct GreedyCheck {
  int64_t tokens = 0, best = 0, near = 0;
  int64_t far() const { return tokens - best - near; }
};

struct CheckedPair {
  std::string arm;          // of both
  std::string left, right;  // engines, as shown
  Crosscheck check;
  CrossJudgement judgement;
  std::optional<SurprisalCheck> left_law, right_law;               // sampled runs only
  std::optional<GreedyCheck> left_greedy = {}, right_greedy = {};  // greedy runs only
};

// Greedy answers of two arms, or of one arm against itself, as texts (compare --texts).
struct TextsPair {
  std::string name;  // "dspark against none"
  Crosscheck check;
};
// `notes`: what was not compared at all.
Document TextsDocument(const std::vector<TextsPair>& pairs, double largest_gap,
                       const std::vector<std::string>& notes = {});

// A drafter that one file alone has: "first" or "second".
struct UnpairedArm {
  std::string arm, only, other;
};

Document CrosscheckDocument(const std::vector<CheckedPair>& pairs,
                            const std::vector<UnpairedArm>& unpaired = {});
std::string CrosscheckJson(const std::vector<CheckedPair>& pairs,
                           const std::vector<UnpairedArm>& unpaired = {});

}  // namespace dsb
