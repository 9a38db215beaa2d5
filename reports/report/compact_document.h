// The report in one screen: a table of the arms and what it shows. The rest is in the long form.
#pragma once

#include "reports/document/document.h"
#include "reports/model/model.h"

namespace dsb {

Document MakeCompactDocument(const ReportModel& model);

// One character a share from 0 to 1, of eight heights.
std::string Sparkline(const std::vector<double>& shares);

}  // namespace dsb
