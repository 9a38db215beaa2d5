// The report as a page with charts: the answer first, then why, then all that it stands on.
#pragma once

#include "reports/document/html.h"
#include "reports/model/model.h"

namespace dsb {

Page MakePage(const ReportModel& model);
// The charts of the page, in its order, each with an id of its own.
std::vector<Chart> PageCharts(const ReportModel& model);

}  // namespace dsb
