// Which prompts fit the context, what becomes of the others, and what else of a workload a run
// leaves out. Nothing of it goes unsaid: the record has every item with its reason.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/backends/backend.h"
#include "harness/options/run_options.h"
#include "harness/run/prompts.h"
#include "results/records.h"

namespace dsb {

struct PromptFit {
  std::vector<Prompt> prompts;  // that run
  int32_t context_tokens = 0;   // per sequence, to ask the engines for
  // What does not run, by item and turn: "too long: ...", "truncated: ...". The run is to be filled
  // in.
  std::vector<SkippedItemRecord> left_out;
  std::vector<std::string> warnings;  // the same for people, a line each
};

// The prompt of one user's message.
RenderedPrompt RenderUser(const Backend& backend, const std::string& text);

// Tokens that one sequence may need: prompt + max_tokens + draft length + 1; of a conversation all
// of its turns and answers, each again as text.
int64_t NeededTokens(const Prompt& prompt, const DecodeOptions& options);

// By options.context, or else the model's own limit, which it must not exceed; without
// options.context as much as the longest prompt needs, in steps of 64. options.too_long says what
// becomes of a prompt that needs more. kBadInput naming the item if that is an error, or if no
// prompt is left.
PromptFit FitPrompts(const Workload& workload, std::vector<Prompt> prompts,
                     const RunOptions& options, const Backend& backend);

}  // namespace dsb
