#include "reports/report/report.h"

#include "reports/document/document.h"
#include "reports/model/model.h"
#include "reports/pairing/pairs.h"
#include "reports/report/compare_document.h"
#include "reports/report/report_document.h"
#include "reports/report/report_json.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

std::string Print(const Document& document, ReportFormat format, int columns) {
  return format == ReportFormat::kMarkdown ? PrintMarkdown(document)
                                           : PrintTerminal(document, columns);
}

}  // namespace

ReportModel BuildModel(const Store& store, const MetricOptions& options) {
  std::vector<CheckedRun> runs;
  for (const RunRecord& run : ReadRuns(store)) runs.push_back(ReadCheckedRun(store, run.id, {}));
  return BuildModel(std::move(runs), options);
}

std::string RenderReport(const Store& store, const ReportOptions& options) {
  return RenderReport(BuildModel(store, options.metrics), options);
}

std::string RenderReport(const ReportModel& model, const ReportOptions& options) {
  if (options.format == ReportFormat::kJson) return ReportJson(model, options.sections);
  return Print(MakeDocument(model, options.sections), options.format, options.columns);
}

std::string RenderCompare(const Store& baseline, const Store& candidate,
                          const CompareOptions& options, ReportFormat format, int columns) {
  std::vector<ComparedPair> pairs;
  for (const auto& [before, after] :
       ChoosePairs(UnobservedRuns(ReadRuns(baseline)), UnobservedRuns(ReadRuns(candidate)),
                   &baseline == &candidate, options)) {
    ComparedPair& pair = pairs.emplace_back(ComparePair(
        ReadCheckedRun(baseline, before, {}), ReadCheckedRun(candidate, after, {}), options));
    pair.baseline_times = ReadTimesOf(baseline, pair.baseline->run);
    pair.candidate_times = ReadTimesOf(candidate, pair.candidate->run);
  }
  if (format == ReportFormat::kJson) return CompareJson(pairs, options.metrics);
  return Print(MakeCompareDocument(pairs, options.metrics), format, columns);
}

}  // namespace dsb
