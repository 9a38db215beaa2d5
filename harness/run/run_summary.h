// The end of `run`: metrics into the store; the report's table, where the results are, what to try
// next.
#pragma once

#include <string>

#include "harness/run/run_session.h"
#include "results/store/store.h"

namespace dsb {

// Computes the runs' metrics into their table.
void StoreMetrics(Store& store, const RunSummary& summary);
// Computes the metrics of every run in the file once, stores those of this command's runs, and
// prints the report to stdout.
void StoreMetricsAndPrint(Store& store, const RunSummary& summary, const std::string& path);

}  // namespace dsb
