// The end of `run`: metrics into the store; the report's table, where the results are, what to try
// next.
#pragma once

#include <string>
#include <vector>

#include "harness/run/run_session.h"
#include "results/checked_run.h"
#include "results/store/store.h"

namespace dsb {

// This command's runs. One whose rows are unusable is named on stderr and left out.
std::vector<CheckedRun> UsableRuns(const Store& store, const RunSummary& summary);
// Computes the metrics of usable runs into their table.
void StoreMetrics(Store& store, const std::vector<CheckedRun>& runs);
// Computes and stores the metrics of this command's runs and prints the report of them to stdout.
void StoreMetricsAndPrint(Store& store, std::vector<CheckedRun> runs, const std::string& path);

}  // namespace dsb
