#include "harness/run_summary.h"

#include <cstdio>

#include "harness/environment.h"
#include "reports/report.h"
#include "results/metrics.h"
#include "results/reader.h"

namespace dsb {

void StoreMetrics(Store& store, const RunSummary& summary) {
  for (const int64_t id : summary.run_ids) {
    store.PutMetrics(ComputeMetrics(ReadRun(store, id, {})));
  }
}

void PrintRunSummary(const Store& store, const RunSummary& summary, const std::string& path) {
  const ReportOptions report;
  const std::string file = ShellText(path);
  std::printf("%s\nresults: %s\nnext:    dsbench report %s --crosswalk\n",
              RenderReport(store, report).c_str(), path.c_str(), file.c_str());
  if (summary.run_ids.size() > 1) std::printf("         dsbench compare %s\n", file.c_str());
  std::fflush(stdout);
}

}  // namespace dsb
