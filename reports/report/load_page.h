// A page's part on one question under several loads.
#pragma once

#include <string>

#include "reports/charts/charts.h"
#include "reports/document/document.h"
#include "reports/model/load_groups.h"
#include "reports/pareto/pareto.h"

namespace dsb {

// What the runs have in common.
std::string TitleOf(const LoadGroup& group);
// Every arm under every load, over the passes: what charts, tables and JSON show. A run is paired
// with the plain run that its set compares it with; where its set has none, the k-th such run of an
// arm with the k-th plain one of its load that is alone in its set.
std::vector<ParetoPoint> PointsOf(const LoadGroup& group, const MetricOptions& options);
// What each load shows, as JSON has it too.
std::vector<LabelledLine> LoadStatements(const std::vector<ParetoPoint>& points);
// Those with how to read them, then every point as a table.
Document LoadStatementBlocks(const std::vector<ParetoPoint>& points);
Document LoadTable(const std::vector<ParetoPoint>& points);
// Of every load once, from its first run.
Charts LoadLatencyCharts(const LoadGroup& group, const ArmList& arms);
// A set of a group in short: its load, notes and requests.
Document ShortSet(const ReportSet& set);

}  // namespace dsb
