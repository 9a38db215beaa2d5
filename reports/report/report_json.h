// The report and the comparison as JSON text. Keys are stable: reports/README.md describes them.
#pragma once

#include <string>
#include <vector>

#include "reports/model/model.h"
#include "reports/pairing/pairs.h"
#include "reports/report/report.h"

namespace dsb {

inline constexpr int kReportFormatVersion = 1;

std::string ReportJson(const ReportModel& model, const ReportSections& sections);

std::string CompareJson(const std::vector<ComparedPair>& pairs, const MetricOptions& options,
                        const UnpairedArms& unpaired = {});

}  // namespace dsb
