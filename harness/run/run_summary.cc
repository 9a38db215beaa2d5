#include "harness/run/run_summary.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/console.h"
#include "base/error.h"
#include "base/quoted.h"
#include "harness/machine/environment.h"
#include "harness/run/scheduling_notes.h"
#include "harness/terminal/screen.h"
#include "reports/document/wrap.h"
#include "reports/model/model.h"
#include "reports/report/report.h"
#include "reports/text/number_text.h"
#include "results/metrics/load_verdict.h"
#include "results/metrics/metrics.h"
#include "results/metrics/scheduling.h"
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

// The fastest drafting arm's speed-up over all prompts; none without a pair.
std::optional<double> BestSpeedup(const ReportModel& model) {
  std::optional<double> best;
  for (const ReportSet& set : model.sets) {
    for (const ReportComparison& comparison : set.comparisons) {
      const ArmComparison* const all = comparison.Find("all");
      if (all == nullptr || !all->factors.speedup.ratio.value) continue;
      best = std::max(best.value_or(0), *all->factors.speedup.ratio.value);
    }
  }
  return best;
}

}  // namespace

std::vector<CheckedRun> UsableRuns(const Store& store, const RunSummary& summary) {
  std::vector<CheckedRun> runs;
  for (const int64_t id : summary.run_ids) {
    try {
      runs.push_back(ReadCheckedRun(store, id, {}));
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput) throw;
      Say("run " + std::to_string(id) + " is stored but left out here: " + error.what());
    }
  }
  return runs;
}

void StoreLoadVerdicts(Store& store, const RunSummary& summary) {
  for (const int64_t id : summary.run_ids) {  // one in memory at a time
    RunSummary one;
    one.run_ids = {id};
    for (const CheckedRun& run : UsableRuns(store, one)) {
      const LoadVerdict verdict = JudgeLoad(run);
      const auto put = [&](const char* flag, const std::string& detail) {
        if (detail.empty() || run->flags.contains(flag)) return;
        store.PutRunFlag(id, flag, detail);
      };
      put("not_steady", verdict.not_steady);
      put("client_limited", verdict.client_limited);
      put("overload", verdict.overload);
    }
  }
}

void StoreMetrics(Store& store, const std::vector<CheckedRun>& runs) {
  for (const CheckedRun& run : runs) store.PutMetrics(ComputeMetrics(run));
  StoreOverheadsOf(store, runs);
}

bool FlagInertPolicies(Store& store, const std::vector<CheckedRun>& runs) {
  bool flagged = false;
  for (const CheckedRun& run : runs) {
    const std::string detail = PolicyInertDetail(run);
    if (detail.empty()) continue;
    store.PutRunFlag(run->run.id, "policy_inert", detail);
    flagged = true;
  }
  return flagged;
}

std::string LossAdvice(const ReportModel& model, const RunOptions& options) {
  const std::optional<double> best = BestSpeedup(model);
  // How a server drafts is not for this program's options to change.
  if (!best || *best >= 1 || options.engine == "remote") return "";
  std::string advice = "Speculation loses here (speed-up " + Fixed(*best, 2) +
                       "): a step that verifies drafts costs more than the tokens it gains. Try ";
  if (options.weights == "stored" && options.engine == "native" && options.device == "cpu") {
    advice +=
        "--weights bf16, under which a pass is bound by memory and more rows are nearly "
        "free; ";
  }
  if (LongestDraft(options.arms) > 2) {
    advice += "shorter drafts, as in --drafters none,dspark:1,dspark:2; ";
  }
  return advice + "or verification only where it is likely to pay, --policy threshold.";
}

void StoreMetricsAndPrint(Store& store, std::vector<CheckedRun> runs, const RunOptions& options) {
  ReportOptions report;
  report.columns = ColumnsOf(stdout);
  report.colour = ShowsColour(stdout);
  report.full = false;
  const size_t num_runs = runs.size();
  for (const CheckedRun& run : runs) {
    // The model leaves out runs with nothing to report.
    if (Select(run).acceptance.empty()) store.PutMetrics(ComputeMetrics(run));
  }
  const std::vector<std::string> cost_lines = CostTableLines(options, runs);
  const ReportModel model = BuildModel(std::move(runs), report.metrics);
  for (const ReportSet& set : model.sets) {
    for (const ReportArm& arm : set.arms) store.PutMetrics(arm.metrics);
    for (const ReportObserver& observer : set.observers) {
      store.PutMetrics(observer.observed.metrics);
      store.PutMetrics({observer.overhead});
    }
  }
  const std::string file = ShellText(options.output);
  std::string text = RenderReport(model, report) + '\n';
  for (const std::string& line : cost_lines) text += line + '\n';
  text += "results: " + Shown(options.output) + '\n';
  for (const std::string& line :
       Wrap(LossAdvice(model, options), static_cast<size_t>(report.columns))) {
    if (!line.empty()) text += line + '\n';
  }
  text += "next:    dsbench report " + file + " --full, or --html report.html for charts\n";
  if (num_runs > 1) text += "         dsbench compare " + file + '\n';
  WriteOutput(text);
}

}  // namespace dsb
