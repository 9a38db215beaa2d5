// The entry points of this room: a results file, or two, as text, Markdown, JSON or CSV. JSON keys:
// reports/README.md.
#pragma once

#include <string>
#include <vector>

#include "reports/pairing/pairs.h"
#include "results/metrics/metrics.h"
#include "results/store/store.h"

namespace dsb {

struct ReportModel;  // reports/model/model.h

enum class ReportFormat { kText, kMarkdown, kJson, kCsv };
// "text", "markdown", "json" or "csv"; else kBadInput.
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
  int columns = 100;    // of text
  bool full = true;     // text: every table; else the arms and what they show
  bool colour = false;  // text
};

// The model of all runs of the file. Throws as ReadRuns and ReadCheckedRun do.
ReportModel BuildModel(const Store& store, const MetricOptions& options);

// All runs of the file. A file without a finished request gives one clear line (JSON: `message` and
// no sets).
std::string RenderReport(const Store& store, const ReportOptions& options);
// The same of a model that BuildModel made with `options.metrics`.
std::string RenderReport(const ReportModel& model, const ReportOptions& options);

// Pairs the runs prompt by prompt. kBadInput if a run is not there, or if a field of `across`'s
// list differs that is not named in it: the message shows the differing fields side by side.
// `baseline` and `candidate` may be one store.
std::string RenderCompare(const Store& baseline, const Store& candidate,
                          const CompareOptions& options, ReportFormat format = ReportFormat::kText,
                          int columns = 100);

}  // namespace dsb
