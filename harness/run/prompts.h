// The prompts of a run: workload files read, filtered, encoded and checked against the context,
// before any result exists.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/backends/backend.h"
#include "harness/options/run_options.h"
#include "workloads/workload.h"

namespace dsb {

// Several files as one workload: names joined by '+', hash over all bytes in order. kBadInput on an
// item key that occurs in two of them.
Workload ReadWorkloads(const std::vector<std::string>& paths);

struct Prompt {
  std::string key, dataset, domain;
  std::vector<std::string> turns;  // the user's messages, all of the conversation
  RenderedPrompt first;            // its first turn as the engines take it
};

// Each item that `options.domains` and `options.limit` let through. kBadInput if
// none is left.
std::vector<Prompt> EncodePrompts(const Workload& workload, const WorkloadOptions& options,
                                  const Backend& backend);
// Tokens that one sequence may need: prompt + max_tokens + draft length + 1.
int64_t NeededTokens(const Prompt& prompt, const DecodeOptions& options);
// Tokens per sequence to ask the engines for: options.context, or what the longest prompt needs, in
// steps of 64. kBadInput naming the item if a prompt does not fit.
int32_t ContextTokens(const Workload& workload, const std::vector<Prompt>& prompts,
                      const RunOptions& options, int64_t model_context_tokens);

}  // namespace dsb
