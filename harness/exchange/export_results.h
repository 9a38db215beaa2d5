// A run in the JSON shapes of other programs' result files, for tools that read those. Each
// quantity by that program's own definition; what it has no word for is left out. Pure.
#pragma once

#include <string>

#include "results/checked_run.h"

namespace dsb {

// As `vllm bench serve --save-result --save-detailed`: times in seconds; an event is a burst; its
// acceptance length is 1 + accepted drafts / drafting rounds.
std::string VllmBenchJson(const CheckedRun& run);
// As AIPerf's profile_export.jsonl: a line for each measured request.
std::string AiperfJsonl(const CheckedRun& run);

}  // namespace dsb
