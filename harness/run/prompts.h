// The prompts of a run: workload files read, filtered and encoded, before any result exists. What
// does not fit the context: prompt_fit.h.
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
  std::vector<std::string> turns;          // the user's messages, all of the conversation
  RenderedPrompt first;                    // its first turn as the engines take it
  std::vector<RenderedPrompt> later = {};  // the further turns' messages, each alone
  int32_t max_tokens = 0;                  // of each answer; 0: as the run says
  int64_t arrival_ns = 0;                  // of a trace
  int64_t depth_tokens = 0;                // of text that was put before its own
  std::string conversation = {};           // the prompt that this one is a form of; empty: its own

  int32_t num_turns() const { return static_cast<int32_t>(1 + later.size()); }
  const std::string& cluster() const { return conversation.empty() ? key : conversation; }
};

// Each item that `options.domains` and `options.limit` let through. kBadInput naming the domains
// there are on another one.
std::vector<Prompt> EncodePrompts(const Workload& workload, const WorkloadOptions& options,
                                  const Backend& backend);
}  // namespace dsb
