// A page's part on one question under several loads.
#pragma once

#include <string>

#include "reports/charts/charts.h"
#include "reports/document/document.h"
#include "reports/model/load_groups.h"

namespace dsb {

// What the runs have in common.
std::string TitleOf(const LoadGroup& group);
// What each load shows, then every point as a table.
Document LoadStatements(const LoadGroup& group, const MetricOptions& options);
Document LoadTable(const LoadGroup& group, const MetricOptions& options);
// Of every load once, from its first run.
Charts LoadLatencyCharts(const LoadGroup& group, const ArmList& arms);
// A set of a group in short: its load, notes and requests.
Document ShortSet(const ReportSet& set);

}  // namespace dsb
