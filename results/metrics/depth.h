// A run by the depth of context before its prompts: does acceptance decay, does drafting or
// verifying grow dearer? Each figure with its interval by prompt. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "results/checked_run.h"
#include "results/statistics/bootstrap.h"

namespace dsb {

struct DepthFigures {
  int64_t depth_tokens = 0;  // as asked for; a prompt's own tokens come on top
  int64_t requests = 0, prompts = 0;
  double mean_prompt_tokens = 0;     // what was read, with the depth
  Estimate accepted_length;          // token/round: sum c / rounds
  Estimate step_time;                // ns/round: sum (t_B - t_1) / rounds
  Estimate draft_time, verify_time;  // ns: of the steps that a round was part of, mean over rounds
};

// By depth, ascending, over the measured requests that finished; empty for a run whose prompts all
// have depth 0. Without step times draft_time and verify_time have no value.
std::vector<DepthFigures> FiguresByDepth(const CheckedRun& run, const BootstrapOptions& options);

}  // namespace dsb
