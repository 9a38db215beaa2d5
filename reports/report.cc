#include "reports/report.h"

#include "reports/compare.h"
#include "reports/document.h"
#include "reports/model.h"
#include "reports/report_document.h"
#include "reports/report_json.h"

namespace dsb {
namespace {

std::string Print(const Document& document, ReportFormat format) {
  return format == ReportFormat::kMarkdown ? PrintMarkdown(document) : PrintTerminal(document);
}

}  // namespace

ReportModel BuildModel(const Store& store, const MetricOptions& options) {
  std::vector<RunData> runs;
  for (const RunRecord& run : ReadRuns(store)) runs.push_back(ReadRun(store, run.id, {}));
  return BuildModel(std::move(runs), options);
}

std::string RenderReport(const Store& store, const ReportOptions& options) {
  const ReportModel model = BuildModel(store, options.metrics);
  if (options.format == ReportFormat::kJson) return ReportJson(model, options.crosswalk);
  return Print(MakeDocument(model, options.crosswalk), options.format);
}

std::string RenderCompare(const Store& baseline, const Store& candidate,
                          const CompareOptions& options) {
  std::vector<ComparedPair> pairs;
  for (const auto& [before, after] :
       ChoosePairs(ReadRuns(baseline), ReadRuns(candidate), &baseline == &candidate, options)) {
    pairs.push_back(
        ComparePair(ReadRun(baseline, before, {}), ReadRun(candidate, after, {}), options));
  }
  if (options.format == ReportFormat::kJson) return CompareJson(pairs, options.metrics);
  return Print(MakeCompareDocument(pairs, options.metrics), options.format);
}

}  // namespace dsb
