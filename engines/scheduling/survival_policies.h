// Policies that rank all drafted tokens of a round by survival a = c_1 ... c_j, the estimated
// chance that token j is reached and accepted (paper 3.2.2, verification.md 5 and 6). What they are
// not: a profile of the machine; the step rates come from the caller.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engines/scheduling/policy.h"

namespace dsb {

// SPS(B): target passes per second with B tokens in the pass, requests' anchors included.
class StepRates {
 public:
  // per_s[B] for B = 0 .. size - 1, positive; the last one holds for every larger B.
  explicit StepRates(std::vector<double> per_s);
  double At(int64_t num_tokens) const;

 private:
  std::vector<double> per_s_;
};

// Algorithm 1: admits in ranking order while the expected tokens per second grow. Lossless: it
// stops before the next token is looked at.
std::unique_ptr<VerifyPolicy> MakeAlgorithm1(StepRates rates);

// The best prefix of the whole ranking. NOT lossless: whether a token is verified depends on the
// confidences after it, and so on the token itself (paper appendix A). For offline study.
std::unique_ptr<VerifyPolicy> MakeGlobalArgmax(StepRates rates);

// The first `budget` tokens of the ranking. Lossless if the budget is independent of this round's
// drafts.
std::unique_ptr<VerifyPolicy> MakeBudget(int64_t budget);

}  // namespace dsb
