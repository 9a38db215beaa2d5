// From what an engine reports to the store's records. Pure functions; what must hold of the records
// is in results/request_invariants.h.
#pragma once

#include <cstdint>

#include "engines/engine.h"
#include "results/records.h"

namespace dsb {

// Times become relative to `origin_ns`. Phases that took no time are left out.
StepRecord MakeStepRecord(const StepResult& step, int64_t run_id, int64_t step_idx,
                          int64_t origin_ns);
// Moves the round's vectors.
RoundRecord MakeRoundRecord(RoundOutcome& round, int64_t step_idx);

}  // namespace dsb
