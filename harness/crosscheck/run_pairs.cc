#include "harness/crosscheck/run_pairs.h"

#include <algorithm>

namespace dsb {

int32_t LongestSequence(const std::vector<RunPair>& pairs) {
  size_t longest = 1;
  for (const RunPair& pair : pairs) {
    size_t prompt = 0, answer = 0;
    for (const RunData* run : {&*pair.left, &*pair.right}) {
      for (const RequestRow& row : run->requests) {
        prompt = std::max(prompt, row.request.prompt_ids.size());
        answer = std::max(answer, row.request.output_ids.size());
      }
    }
    longest = std::max(longest, prompt + answer + 1);
  }
  return static_cast<int32_t>(longest);
}

const std::vector<int32_t>& PromptOf(const AnswerPair& pair) {
  return pair.left->prompt_ids.empty() ? pair.right->prompt_ids : pair.left->prompt_ids;
}

void AddGaps(TargetCheck& target, Crosscheck& check) {
  for (AnswerPair& pair : check.answers) {
    const std::vector<int32_t>& prompt = PromptOf(pair);
    if (pair.identical || prompt.empty()) continue;
    pair.gap = target.Gap(prompt, pair.left->output_ids, pair.common_tokens);
  }
}

}  // namespace dsb
