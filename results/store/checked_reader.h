// Reads whole runs back as rows that arithmetic may be done on, with the metrics that were computed
// of them before.
#pragma once

#include <cstdint>

#include "results/checked_run.h"
#include "results/store/reader.h"

namespace dsb {

// Throws as ReadRun and CheckRun do.
CheckedRun ReadCheckedRun(const Store& store, int64_t run_id, const ReadOptions& options);

}  // namespace dsb
