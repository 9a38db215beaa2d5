#include "harness/run/run_summary.h"

#include <cstdio>
#include <utility>

#include "base/error.h"
#include "harness/machine/environment.h"
#include "reports/model/model.h"
#include "reports/report/report.h"
#include "results/metrics/metrics.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

// What watching cost, for each pair of twins among the runs.
void StoreOverheadsOf(Store& store, const std::vector<CheckedRun>& runs) {
  for (const CheckedRun& observed : runs) {
    if (!IsObserved(observed->run)) continue;
    for (const CheckedRun& other : runs) {
      if (IsObserved(other->run) || ArmName(other->run) != ArmName(observed->run)) continue;
      store.PutMetrics({ObserverOverhead(other, observed, {})});
    }
  }
}

}  // namespace

std::vector<CheckedRun> UsableRuns(const Store& store, const RunSummary& summary) {
  std::vector<CheckedRun> runs;
  for (const int64_t id : summary.run_ids) {
    try {
      runs.push_back(ReadCheckedRun(store, id, {}));
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput) throw;
      std::fprintf(stderr, "dsbench: run %lld is stored but left out here: %s\n",
                   static_cast<long long>(id), error.what());
    }
  }
  return runs;
}

void StoreMetrics(Store& store, const std::vector<CheckedRun>& runs) {
  for (const CheckedRun& run : runs) store.PutMetrics(ComputeMetrics(run));
  StoreOverheadsOf(store, runs);
}

void StoreMetricsAndPrint(Store& store, std::vector<CheckedRun> runs, const std::string& path) {
  const ReportOptions options;
  const size_t num_runs = runs.size();
  for (const CheckedRun& run : runs) {
    // The model leaves out runs with nothing to report.
    if (Select(run).acceptance.empty()) store.PutMetrics(ComputeMetrics(run));
  }
  const ReportModel model = BuildModel(std::move(runs), options.metrics);
  for (const ReportSet& set : model.sets) {
    for (const ReportArm& arm : set.arms) store.PutMetrics(arm.metrics);
    for (const ReportObserver& observer : set.observers) {
      store.PutMetrics(observer.observed.metrics);
      store.PutMetrics({observer.overhead});
    }
  }
  const std::string file = ShellText(path);
  std::printf("%s\nresults: %s\nnext:    dsbench report %s --crosswalk\n",
              RenderReport(model, options).c_str(), path.c_str(), file.c_str());
  if (num_runs > 1) std::printf("         dsbench compare %s\n", file.c_str());
  std::fflush(stdout);
}

}  // namespace dsb
