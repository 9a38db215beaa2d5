// Two runs whose answers are compared, and what the target says of where they part.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/crosscheck/target_check.h"
#include "reports/crosscheck/crosscheck.h"
#include "results/checked_run.h"
#include "results/store/reader.h"

namespace dsb {

inline constexpr ReadOptions kWithIds = {.token_ids = true, .steps = false};

struct RunPair {
  CheckedRun left, right;
};

// Tokens of the longest prompt with the longest answer, and one more.
int32_t LongestSequence(const std::vector<RunPair>& pairs);
// The prompt's tokens, which one of the two knows; empty if none does.
const std::vector<int32_t>& PromptOf(const AnswerPair& pair);
// Asks the target for the gap of every pair that parts. One prefill each.
void AddGaps(TargetCheck& target, Crosscheck& check);

}  // namespace dsb
