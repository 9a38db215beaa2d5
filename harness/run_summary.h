// What `run` prints at its end: the report's table, where the results are, what to try next.
#pragma once

#include <string>

#include "harness/run_session.h"
#include "results/store.h"

namespace dsb {

// Computes and stores the runs' metrics, then prints to stdout.
void PrintRunSummary(Store& store, const RunSummary& summary, const std::string& path);

}  // namespace dsb
