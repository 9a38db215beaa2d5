// Prompts of a length that something else names: a trace's rows, and prompts behind a depth of
// context. Their text is the workload's.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/backends/backend.h"
#include "harness/run/prompts.h"
#include "workloads/text_pool.h"
#include "workloads/trace/trace.h"

namespace dsb {

// The prompts' first turns, with their lengths as `backend` counts them.
TextPool PoolOf(const std::vector<Prompt>& prompts, const Backend& backend);

// One prompt a row, of about as many tokens as the row says (of a row that is more than twice as
// long as the model's context, only so many), its answer as long as the row's at
// most. Rows that share prefix blocks share the text of these.
std::vector<Prompt> TracePrompts(const Trace& trace, const std::vector<Prompt>& pool, uint64_t seed,
                                 const Backend& backend);

// Every prompt at each depth, one after the other: about so many tokens of other prompts' first
// turns before its own first turn, another text for each prompt and depth. Those at a depth are
// named KEY@DEPTH.
std::vector<Prompt> AtDepths(const std::vector<Prompt>& prompts, const std::vector<int64_t>& depths,
                             uint64_t seed, const Backend& backend);

}  // namespace dsb
