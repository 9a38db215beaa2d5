// What a run says of the files that its policies went by: prompts that a calibration was fitted on,
// and how far the steps lie from the cost table.
#pragma once

#include <string>
#include <vector>

#include "harness/options/run_options.h"
#include "harness/run/prompts.h"
#include "results/checked_run.h"

namespace dsb {

// A line for each calibration that was fitted on some of these prompts: its figures are no
// prediction for them.
std::vector<std::string> FittedPromptWarnings(const RunOptions& options,
                                              const std::vector<Prompt>& prompts);

// A line for each measured cost table whose rows end below the users: beyond them it goes on by a
// line.
std::vector<std::string> CostTableWarnings(const RunOptions& options);

// For each run that used a cost table of the options' files: the table, and the ratio of its
// measured steps without prefill to what the table says, as median and 10 to 90 percentiles.
std::vector<std::string> CostTableLines(const RunOptions& options,
                                        const std::vector<CheckedRun>& runs);

}  // namespace dsb
