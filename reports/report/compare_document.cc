#include "reports/report/compare_document.h"

#include "reports/model/model.h"
#include "reports/model/provenance_lines.h"
#include "reports/model/scopes.h"
#include "reports/report/definitions.h"
#include "reports/report/device_table.h"
#include "reports/report/notes.h"
#include "reports/report/report_document.h"
#include "reports/report/report_tables.h"
#include "reports/report/scheduling_section.h"
#include "reports/text/number_text.h"
#include "results/invariants.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

// Significant digits for figures of any size and unit.
std::string FigureText(const std::optional<double>& value, const std::string& metric) {
  const std::string_view unit = DefinitionOf(metric).unit;
  if (unit == "ns" || unit == "ns/round" || unit == "ns/token") {
    return FixedOr(value, 3, 1e-6) + (value ? " ms" : "");
  }
  return FixedOr(value, 3);
}

std::string Verdict(const PairedEstimate& estimate, int better) {
  const Estimate& ratio = estimate.ratio;
  if (ratio.note == kWithinRunNote) return "inconclusive: one run under load";
  if (better == 0 || !ratio.lo || !ratio.hi) return "";
  if (*ratio.lo <= 1 && *ratio.hi >= 1) return "no difference shown";
  return (*ratio.lo > 1) == (better > 0) ? "better" : "worse";
}

Table MetricTable(const ArmComparison& comparison) {
  Table table;
  table.columns = {
      {"metric", true}, {"baseline", false}, {"candidate", false}, {"ratio", false}, {"", true}};
  for (const ComparedMetric& metric : comparison.metrics) {
    table.rows.push_back({metric.metric, FigureText(metric.baseline, metric.metric),
                          FigureText(metric.candidate, metric.metric),
                          WithInterval(metric.ratio.ratio, 3),
                          Verdict(metric.ratio, DefinitionOf(metric.metric).better)});
  }
  return table;
}

std::vector<Gap> GapsOf(const ArmComparison& comparison) {
  std::vector<Gap> gaps;
  const auto add = [&](const char* column, const std::string& metric, bool has_value,
                       const std::string& note) {
    if (has_value) return;
    const std::string why = note.starts_with("n/a: ") ? note.substr(5) : note;
    gaps.push_back({metric, column, why.empty() ? "its denominator is 0" : why});
  };
  for (const ComparedMetric& metric : comparison.metrics) {
    add("baseline", metric.metric, metric.baseline.has_value(), "");
    add("candidate", metric.metric, metric.candidate.has_value(), "");
    add("ratio", metric.metric, metric.ratio.ratio.value.has_value(), metric.ratio.ratio.note);
  }
  return gaps;
}

Table FactorTable(const std::vector<ArmComparison>& scopes) {
  Table table;
  table.columns = {{"domain", true},
                   {"prompts", false},
                   {"speed-up", false},
                   {"= length factor", false},
                   {"x step-time factor", false}};
  for (const ArmComparison& comparison : scopes) {
    if (comparison.scope.starts_with("dataset:")) continue;
    const SpeedupFactors& factors = comparison.factors;
    table.rows.push_back({ScopeTitle(comparison.scope), std::to_string(comparison.prompts),
                          WithInterval(factors.speedup.ratio, 3),
                          WithInterval(factors.accepted_length_factor.ratio, 3),
                          WithInterval(factors.step_time_factor.ratio, 3)});
  }
  return table;
}

void AddDeviceTimes(const ComparedPair& pair, Document* document) {
  std::vector<DeviceRow> rows;
  const auto add = [&rows](const char* name, const CheckedRun& run,
                           const std::optional<CheckedRun>& times) {
    std::optional<DeviceSummary> summary = SummariseDevice(times ? *times : run);
    if (summary) rows.push_back({name, std::move(*summary)});
  };
  add("baseline", pair.baseline, pair.baseline_times);
  add("candidate", pair.candidate, pair.candidate_times);
  if (rows.empty()) return;
  document->emplace_back(Heading{2, "Device time per delivered token"});
  document->emplace_back(DeviceTable(rows));
  document->emplace_back(DevicePhaseTable(rows));
  for (std::string& line : DeviceLines(rows)) document->emplace_back(Line{std::move(line)});
}

}  // namespace

Document MakeCompareDocument(const std::vector<ComparedPair>& pairs, const MetricOptions& options,
                             const UnpairedArms& unpaired) {
  Document document;
  for (const std::string& arm : unpaired.baseline) {
    document.emplace_back(Line{"Not compared: " + arm + " of the baseline: not in the candidate."});
  }
  for (const std::string& arm : unpaired.candidate) {
    document.emplace_back(Line{"Not compared: " + arm + " of the candidate: not in the baseline."});
  }
  for (const ComparedPair& pair : pairs) {
    const std::string before =
        ArmName(pair.baseline->run) + " #" + std::to_string(pair.baseline->run.id);
    const std::string after =
        ArmName(pair.candidate->run) + " #" + std::to_string(pair.candidate->run.id);
    document.emplace_back(Heading{1, "Baseline " + before + ", candidate " + after});
    const ArmComparison& all = pair.scopes.front();
    document.emplace_back(Line{PairingLine("Candidate", "baseline", all)});
    if (pair.same_run) {
      document.emplace_back(Line{"Note: one run on both sides: the ratios say nothing."});
    }
    for (const std::string& field : pair.across) {
      document.emplace_back(Line{"Note: compared across a different " + field + "."});
    }
    for (const std::string& field : pair.unknown) {
      document.emplace_back(Line{"Note: only one of the two files has " + field +
                                 ": whether it differs is not known."});
    }
    const std::vector<Fact> first = SideFacts(pair.baseline), second = SideFacts(pair.candidate);
    for (size_t i = 0; i < first.size(); ++i) {
      if (first[i].value == second[i].value) continue;
      document.emplace_back(Line{"Note: " + first[i].field + " differs: baseline " +
                                 first[i].value + "; candidate " + second[i].value + "."});
    }
    using Side = std::pair<const char*, const RunData*>;
    for (const auto& [side, data] :
         {Side{"baseline", &*pair.baseline}, Side{"candidate", &*pair.candidate}}) {
      if (const std::vector<BrokenInvariant> broken = CheckInvariants(*data); !broken.empty()) {
        document.emplace_back(Line{std::string("Note: the ") + side +
                                   " breaks an invariant: " + MessageOf(broken.front()) + "."});
      }
      for (const auto& [flag, detail] : data->flags) {
        if (flag == "contended") continue;  // below
        document.emplace_back(Line{std::string("Note: the ") + side + " is flagged " + flag +
                                   (detail.empty() ? "" : ": " + detail) + "."});
      }
      const std::string what = ContentionOf(*data);
      if (what.empty()) continue;
      document.emplace_back(
          Line{std::string("Note: ! the times of the ") + side + " were disturbed: " + what + "."});
    }
    document.emplace_back(FactorTable(pair.scopes));
    if (const Table needed = BreakEvenTable({{after, &all}}); !needed.rows.empty()) {
      document.emplace_back(needed);
      document.emplace_back(Line{kBreakEvenWords});
    }
    const std::string residual = ResidualLine(all);
    if (!residual.empty()) document.emplace_back(Line{residual});
    document.emplace_back(MetricTable(all));
    document.emplace_back(Line{ComparedWords()});
    for (const std::string& line : GapLines(GapsOf(all), 0)) document.emplace_back(Line{line});
    document.emplace_back(Line{StatisticsLine(options)});
    AddDeviceTimes(pair, &document);
  }
  return document;
}

}  // namespace dsb
