// The report and the comparison as JSON text. Keys are stable: reports/README.md describes them.
#pragma once

#include <string>
#include <vector>

#include "reports/model/model.h"
#include "reports/report/report.h"

namespace dsb {

inline constexpr int kReportFormatVersion = 1;

std::string ReportJson(const ReportModel& model, const ReportSections& sections);

struct ComparedPair;  // reports/pairing/pairs.h
std::string CompareJson(const std::vector<ComparedPair>& pairs, const MetricOptions& options);

}  // namespace dsb
