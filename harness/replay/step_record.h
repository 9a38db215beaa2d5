// From what an engine reports to the store's records. Pure functions; what must hold of the records
// is in results/request_invariants.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engines/engine_description.h"
#include "engines/step_result.h"
#include "results/records.h"

namespace dsb {

// Times become relative to `origin_ns`. Phases that took no time are left out.
StepRecord MakeStepRecord(const StepResult& step, int64_t run_id, int64_t step_idx,
                          int64_t origin_ns);
// Moves the round's vectors.
RoundRecord MakeRoundRecord(RoundOutcome& round, std::optional<int64_t> step_idx);

// What is wrong, empty if nothing is: as many ids as tokens, or none at all where `description`
// says so. The rest is for results/request_invariants.h, once the request has ended.
std::string BrokenBurst(const TokenBurst& burst, const EngineDescription& description);

}  // namespace dsb
