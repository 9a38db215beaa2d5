// The charts of a report: which figures of the model are drawn, on which axes. Every value is the
// model's own, as the JSON report has it, in the axis's unit. A chart without anything to show is
// not made.
#pragma once

#include <string>
#include <vector>

#include "reports/document/chart.h"
#include "reports/model/model.h"
#include "reports/pareto/pareto.h"

namespace dsb {

// The arms of all sets of a report, by name: one colour and one switch each.
class ArmList {
 public:
  explicit ArmList(const ReportModel& model);
  const std::vector<std::string>& names() const { return names_; }
  size_t IndexOf(const std::string& name) const;  // of a name of the model

 private:
  std::vector<std::string> names_;
};

using Charts = std::vector<Chart>;

// Speed-up over plain decoding and its two factors, a row an arm; then accepted length against step
// time with lines of equal speed-up.
Charts SpeedupCharts(const ReportSet& set, const ArmList& arms);
Charts BreakEvenChart(const ReportSet& set, const ArmList& arms);
Charts DomainChart(const ReportSet& set, const ArmList& arms);  // accepted length
// Conditional acceptance by position, of all prompts and of each domain that the paper has, with
// its curves behind; then how long the accepted runs are.
Charts AcceptanceCharts(const ReportSet& set, const ArmList& arms);
Charts RunLengthChart(const ReportSet& set, const ArmList& arms);
// Milliseconds of a delivered token by phase.
Charts TokenTimeChart(const ReportSet& set, const ArmList& arms);
// Requests in the order in which they were run, and each prompt's speed against plain decoding's.
Charts ProgressionChart(const ReportSet& set, const ArmList& arms);
Charts PromptChart(const ReportSet& set, const ArmList& arms);
// Predicted against observed survival.
Charts ReliabilityCharts(const ReportSet& set, const ArmList& arms);
// Distributions over requests: time to the first token, time per token.
Charts LatencyCharts(const ReportSet& set, const ArmList& arms);

// Throughput against a user's speed, then throughput and budget against the load, in this order.
Charts LoadCharts(const std::vector<ParetoPoint>& points, const ArmList& arms);

// The paper's Table 1 and Figures 3 to 6 with the set's arms in the same axes (Figure 2 is behind
// AcceptanceCharts); 7 and 8 with `own`, charts of LoadCharts or none. Under each what differs in
// conditions.
Charts PaperCharts(const ReportSet& set, const ArmList& arms);
Charts PaperLoadCharts(const Charts& own);

// What several of them need. "3 accepted_length all": the key of a figure in the metric table.
std::string FigureKey(const ReportArm& arm, const std::string& metric, const std::string& scope);
// The metric as a point's value, `scale` times; call only where it has a value.
ChartValue ValueOf(const Estimate& estimate, double scale = 1);

}  // namespace dsb
