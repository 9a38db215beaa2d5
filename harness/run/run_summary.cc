#include "harness/run/run_summary.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "harness/machine/environment.h"
#include "reports/model/model.h"
#include "reports/report/report.h"
#include "results/metrics/metrics.h"
#include "results/run_facts.h"
#include "results/store/reader.h"

namespace dsb {
namespace {

void StoreMetricsOf(Store& store, const std::set<int64_t>& run_ids) {
  for (const int64_t id : run_ids) store.PutMetrics(ComputeMetrics(ReadRun(store, id, {})));
}

// What watching cost, for each pair of twins among the runs.
void StoreOverheadsOf(Store& store, const std::vector<int64_t>& run_ids) {
  std::vector<RunData> runs;
  for (const int64_t id : run_ids) runs.push_back(ReadRun(store, id, {.steps = false}));
  for (const RunData& observed : runs) {
    if (!IsObserved(observed.run)) continue;
    for (const RunData& other : runs) {
      if (IsObserved(other.run) || ArmName(other.run) != ArmName(observed.run)) continue;
      store.PutMetrics({ObserverOverhead(other, observed, {})});
    }
  }
}

}  // namespace

void StoreMetrics(Store& store, const RunSummary& summary) {
  StoreMetricsOf(store, {summary.run_ids.begin(), summary.run_ids.end()});
  StoreOverheadsOf(store, summary.run_ids);
}

void StoreMetricsAndPrint(Store& store, const RunSummary& summary, const std::string& path) {
  const ReportOptions options;
  const ReportModel model = BuildModel(store, options.metrics);
  std::set<int64_t> missing(summary.run_ids.begin(), summary.run_ids.end());
  for (const ReportSet& set : model.sets) {
    for (const ReportArm& arm : set.arms) {
      if (missing.erase(arm.data.run.id) > 0) store.PutMetrics(arm.metrics);
    }
    for (const ReportObserver& observer : set.observers) {
      if (missing.erase(observer.observed.data.run.id) == 0) continue;
      store.PutMetrics(observer.observed.metrics);
      store.PutMetrics({observer.overhead});
    }
  }
  StoreMetricsOf(store, missing);  // runs with nothing to report
  const std::string file = ShellText(path);
  std::printf("%s\nresults: %s\nnext:    dsbench report %s --crosswalk\n",
              RenderReport(model, options).c_str(), path.c_str(), file.c_str());
  if (summary.run_ids.size() > 1) std::printf("         dsbench compare %s\n", file.c_str());
  std::fflush(stdout);
}

}  // namespace dsb
