// The rules of a gate that need no statistics (measurement.md 8): one breach is a failure, whatever
// the intervals say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/gate/rows.h"

namespace dsb {

// Greedy output equals the target's own (where a run of it is known), nothing after the end token,
// failed requests within the allowance, the invariants of every stored run. Of the candidate.
std::vector<GateRule> CheckRules(const GatePair& pair, const GatePolicy& policy);

// Answers of the same request, finished in both runs. An answer without a token is one too.
struct AnswerMatch {
  int64_t compared = 0, different = 0;
  int64_t unknown = 0;           // whose token ids one of the runs does not have: not compared
  std::string first_difference;  // "math:3 at token 17"
};
AnswerMatch MatchAnswers(const RunData& a, const RunData& b, const std::string& scope);

}  // namespace dsb
