// What one `run` command goes by and what it came to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/options/run_options.h"
#include "harness/run/load_plan.h"
#include "harness/run/prompts.h"
#include "results/records.h"
#include "workloads/trace/trace.h"
#include "workloads/workload.h"

namespace dsb {

struct RunInputs {
  RunOptions options;  // complete: no empty target, no thread count of 0
  Workload workload;
  std::vector<Prompt> prompts;
  std::vector<SkippedItemRecord> left_out;  // prompt_fit.h
  std::optional<Trace> trace;               // of --load trace, its rows as they were read
  int32_t context_tokens = 0;
  EnvironmentRecord environment;
  BuildRecord build;
  std::string isa;
  std::string command_line;
  double load_average = 0;
};

// The store's rows of RunInputs::prompts, of each by its turns.
using PromptRows = std::vector<std::vector<int64_t>>;

// The load that the options ask for, over `num_arms` arms of a session. kBadInput if it cannot be
// drawn.
LoadPlan PlanLoad(const RunInputs& inputs, size_t num_arms);

struct RunSummary {
  std::vector<int64_t> run_ids;  // one per arm
  bool interrupted = false;
  bool was_complete = false;  // --resume found nothing left to do
  int64_t num_resumed = 0;    // requests that earlier segments had finished
  int64_t num_errors = 0;     // requests that ended in error: their runs are stored as failed
  std::string first_error;
};

}  // namespace dsb
