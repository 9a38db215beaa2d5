#include "reports/report/report.h"

#include "base/error.h"
#include "reports/document/document.h"
#include "reports/model/model.h"
#include "reports/pairing/pairs.h"
#include "reports/report/compact_document.h"
#include "reports/report/compare_document.h"
#include "reports/report/report_document.h"
#include "reports/report/report_json.h"
#include "reports/report/tidy_table.h"
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
  std::vector<int64_t> runs;
  std::vector<std::string> left_out;
  for (const RunRecord& run : ReadRuns(store)) {
    if (std::string problem = ConfigProblem(run); !problem.empty()) {
      left_out.push_back(std::move(problem));
    } else {
      runs.push_back(run.id);
    }
  }
  if (runs.empty() && !left_out.empty()) ThrowBadInput(left_out.front());
  ReportModel model = BuildModel(
      runs.size(), [&](size_t i) { return ReadCheckedRun(store, runs[i], {}); }, options);
  model.left_out = std::move(left_out);
  return model;
}

std::string RenderReport(const Store& store, const ReportOptions& options) {
  return RenderReport(BuildModel(store, options.metrics), options);
}

std::string RenderReport(const ReportModel& model, const ReportOptions& options) {
  if (options.format == ReportFormat::kJson) return ReportJson(model, options.sections);
  if (options.format == ReportFormat::kCsv) return PrintCsv(TidyTable(model));
  if (options.format == ReportFormat::kText && !options.full) {
    return PrintTerminal(MakeCompactDocument(model), options.columns, options.colour);
  }
  return Print(MakeDocument(model, options.sections), options.format, options.columns);
}

std::string RenderCompare(const Store& baseline, const Store& candidate,
                          const CompareOptions& options, ReportFormat format, int columns) {
  const std::vector<RunRecord> left = UnobservedRuns(ReadRuns(baseline)),
                               right = UnobservedRuns(ReadRuns(candidate));
  const ChosenPairs chosen = ChooseRuns(left, right, &baseline == &candidate, options);
  const UnpairedArms unpaired{NamesOf(left, chosen.only_baseline),
                              NamesOf(right, chosen.only_candidate)};
  std::vector<ComparedPair> pairs;
  for (const auto& [before, after] : chosen.pairs) {
    ComparedPair& pair = pairs.emplace_back(ComparePair(
        ReadCheckedRun(baseline, before, {}), ReadCheckedRun(candidate, after, {}), options));
    pair.baseline_times = ReadTimesOf(baseline, pair.baseline->run);
    pair.candidate_times = ReadTimesOf(candidate, pair.candidate->run);
  }
  if (format == ReportFormat::kJson) return CompareJson(pairs, options.metrics, unpaired);
  return Print(MakeCompareDocument(pairs, options.metrics, unpaired), format, columns);
}

}  // namespace dsb
