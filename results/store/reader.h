// Reads whole runs back as records, for metrics and reports.
#pragma once

#include <cstdint>
#include <vector>

#include "results/run_data.h"
#include "results/store/store.h"

namespace dsb {

struct ReadOptions {
  bool token_ids = false;  // prompt_ids, output_ids, draft_ids
  bool steps = true;       // steps with their phases, kernel times, server samples
};

std::vector<RunRecord> ReadRuns(const Store& store);  // all runs, oldest first
RunData ReadRun(const Store& store, int64_t run_id, const ReadOptions& options);
// What PutMetrics stored, by metric and scope.
std::vector<MetricRecord> ReadMetrics(const Store& store, int64_t run_id);

}  // namespace dsb
