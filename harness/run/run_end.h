// The rows that a run session writes after its last request: segments and runs with how they ended.
#pragma once

#include <cstdint>
#include <string>

#include "harness/run/run_arm.h"
#include "harness/run/run_inputs.h"
#include "results/store/store.h"

namespace dsb {

// Every active run as complete, interrupted or, if requests ended in error, failed; the errors into
// `summary`. `stall_ns`: how long the recorder kept the replayer waiting.
void CloseRuns(Store& store, const RunArms& arms, int64_t stall_ns, RunSummary& summary);
// After an error: the replaying arm's run as failed for `reason`, the others as interrupted.
// `flushed`: all that was measured is stored.
void FailRuns(Store& store, const RunArms& arms, bool flushed, const std::string& reason);

}  // namespace dsb
