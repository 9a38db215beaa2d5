#include "reports/report/load_page.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "reports/pareto/pareto.h"
#include "reports/report/load_section.h"
#include "reports/report/notes.h"
#include "reports/report/report_document.h"
#include "reports/report/report_tables.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"

namespace dsb {
std::string TitleOf(const LoadGroup& group) {
  const ReportSet& first = *group.sets.front();
  std::string title = TitleOf(first, false);
  // As sweeps label their passes: "NAME, pass 1 of 5".
  const std::string& label = first.arms.front().data->run.label;
  const size_t pass = label.rfind(", pass ");
  if (pass != std::string::npos) title.erase(pass, label.size() - pass);
  return "Under load: " + title;
}

std::vector<ParetoPoint> PointsOf(const LoadGroup& group, const MetricOptions& options) {
  std::map<std::string, std::vector<int64_t>> plain;  // by load, runs that no set compares with
  for (const ReportSet* set : group.sets) {
    if (!set->comparisons.empty()) continue;
    for (const ReportArm& arm : set->arms) {
      if (IsBaseline(arm.data->run)) plain[LoadName(arm.data->run)].push_back(arm.data->run.id);
    }
  }
  std::map<std::pair<std::string, std::string>, size_t> alone;  // of a load and arm so far
  std::vector<PointRun> runs;
  for (const ReportSet* set : group.sets) {
    for (size_t i = 0; i < set->arms.size(); ++i) {
      const ReportArm& arm = set->arms[i];
      PointRun& run = runs.emplace_back();
      run.run = arm.data->run;
      run.metrics = arm.metrics;
      for (const auto& [flag, detail] : arm.data->flags) run.flags.push_back(flag);
      run.arm = arm.name;
      run.pass = run.run.id;
      if (IsBaseline(run.run)) continue;
      if (const ReportComparison* const comparison = set->ComparisonOf(i); comparison != nullptr) {
        run.pass = set->arms[comparison->baseline].data->run.id;
        continue;
      }
      const std::vector<int64_t>& others = plain[LoadName(run.run)];
      const size_t k = alone[{LoadName(run.run), arm.name}]++;
      if (k < others.size()) run.pass = others[k];
    }
  }
  return ParetoPoints(runs, options.bootstrap.level);
}

std::vector<LabelledLine> LoadStatements(const std::vector<ParetoPoint>& points) {
  std::vector<LabelledLine> lines;
  for (const ParetoPoint& point : points) {
    if (!point.user_speedup.value || !point.output_gain.value) continue;
    if (lines.empty() || lines.back().kind != point.load) lines.push_back({point.load, {}});
    const std::string text = point.arm + ": a user's speed " + Times(point.user_speedup) +
                             ", all users' throughput " + Times(point.output_gain);
    lines.back().clauses.push_back({text, {point.arm}});
  }
  return lines;
}

Document LoadStatementBlocks(const std::vector<ParetoPoint>& points) {
  Document document;
  for (LabelledLine& line : LoadStatements(points)) document.emplace_back(std::move(line));
  document.emplace_back(Line{
      "Against plain decoding at the same load, paired by pass. [brackets]: 95 % t intervals over "
      "passes; the unit is a run, since requests in flight together are not independent."});
  return document;
}

Document LoadTable(const std::vector<ParetoPoint>& points) {
  Document document = ParetoDocument(points);
  document.erase(document.begin());  // its heading
  return document;
}

Charts LoadLatencyCharts(const LoadGroup& group, const ArmList& arms) {
  Charts charts;
  std::set<std::string> seen;
  for (const ReportSet* set : group.sets) {
    const std::string load = LoadName(set->arms.front().data->run);
    if (!seen.insert(load).second) continue;
    for (Chart& chart : LatencyCharts(*set, arms)) {
      chart.id = "load-" + std::to_string(seen.size()) + "-" + chart.id;
      chart.title += ": " + load;
      charts.push_back(std::move(chart));
    }
  }
  return charts;
}

Document ShortSet(const ReportSet& set) {
  Document document = {Heading{.level = 2, .text = TitleOf(set), .folded = true}};
  for (Block& block : LoadSection(set)) {
    if (!std::holds_alternative<Heading>(block)) document.push_back(std::move(block));
  }
  for (Line& note : SetNotes(set)) document.emplace_back(std::move(note));
  document.emplace_back(RequestTable(set));
  return document;
}

}  // namespace dsb
