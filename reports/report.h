// The entry points of this room: a results file, or two, as text, Markdown or JSON. JSON keys:
// reports/README.md.
#pragma once

#include <string>
#include <vector>

#include "results/metrics.h"
#include "results/store.h"

namespace dsb {

struct ReportModel;  // reports/model.h

enum class ReportFormat { kText, kMarkdown, kJson };
// "text", "markdown" or "json"; else kBadInput.
ReportFormat ParseReportFormat(const std::string& name);

// What a report shows beside its tables.
struct ReportSections {
  bool crosswalk = false;  // every tool's acceptance definition
  bool paper = false;      // the paper's offline tables and figures
};

struct ReportOptions {
  ReportFormat format = ReportFormat::kText;
  ReportSections sections;
  MetricOptions metrics;
};

// All runs of the file. A file without a finished request gives one clear line (JSON: `message` and
// no sets).
std::string RenderReport(const Store& store, const ReportOptions& options);
// The same of a model that BuildModel made with `options.metrics`.
std::string RenderReport(const ReportModel& model, const ReportOptions& options);

struct CompareOptions {
  ReportFormat format = ReportFormat::kText;
  MetricOptions metrics;
  // A run: its number in the file, or an arm's or a drafter's name (the newest complete run, else
  // the newest). Empty: the file's only arm. Both empty: every arm that both files have, or, for
  // one store, every arm against drafter none.
  std::string baseline_run, candidate_run;
  // Fields that may differ: workload_sha256, target_sha256, temperature, top_p, top_k, max_tokens.
  std::vector<std::string> across;
};

// Pairs the runs prompt by prompt. kBadInput if a run is not there, or if a field of `across`'s
// list differs that is not named in it: the message shows the differing fields side by side.
// `baseline` and `candidate` may be one store.
std::string RenderCompare(const Store& baseline, const Store& candidate,
                          const CompareOptions& options);

}  // namespace dsb
