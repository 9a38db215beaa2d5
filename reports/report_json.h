// The report and the comparison as JSON text. Keys are stable: reports/README.md describes them.
#pragma once

#include <string>
#include <vector>

#include "reports/model.h"

namespace dsb {

inline constexpr int kReportFormatVersion = 1;

std::string ReportJson(const ReportModel& model, bool crosswalk);

struct ComparedPair;  // reports/compare.h
std::string CompareJson(const std::vector<ComparedPair>& pairs, const MetricOptions& options);

}  // namespace dsb
