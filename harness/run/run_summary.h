// The end of `run`: metrics into the store; the report's table, where the results are, what to try
// next.
#pragma once

#include <string>
#include <vector>

#include "harness/options/run_options.h"
#include "harness/run/run_session.h"
#include "results/checked_run.h"
#include "results/store/store.h"

namespace dsb {

struct ReportModel;  // reports/model/model.h

// This command's runs. One whose rows are unusable is named on stderr and left out.
std::vector<CheckedRun> UsableRuns(const Store& store, const RunSummary& summary);
// What is wrong with this command's loads, as flags (results/metrics/load_verdict.h). Before the
// runs are read for a report.
void StoreLoadVerdicts(Store& store, const RunSummary& summary);
// Computes the metrics of usable runs into their table.
void StoreMetrics(Store& store, const std::vector<CheckedRun>& runs);
// Flags the runs whose policy never cut anything (policy_inert). Whether there are some.
bool FlagInertPolicies(Store& store, const std::vector<CheckedRun>& runs);
// What to try where every arm that drafts was slower than plain decoding; else empty.
std::string LossAdvice(const ReportModel& model, const RunOptions& options);
// Computes and stores the metrics of this command's runs and prints the report of them to stdout,
// with what to try next: also for speculation that lost under these options.
void StoreMetricsAndPrint(Store& store, std::vector<CheckedRun> runs, const RunOptions& options);

}  // namespace dsb
