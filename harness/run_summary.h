// The end of `run`: metrics into the store; the report's table, where the results are, what to try
// next.
#pragma once

#include <string>

#include "harness/run_session.h"
#include "results/store.h"

namespace dsb {

// Computes the runs' metrics into their table.
void StoreMetrics(Store& store, const RunSummary& summary);
// Prints to stdout.
void PrintRunSummary(const Store& store, const RunSummary& summary, const std::string& path);

}  // namespace dsb
