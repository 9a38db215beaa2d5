// A verdict as rows of the comparison tables, one comparison an arm.
#pragma once

#include <string>
#include <vector>

#include "reports/gate/rows.h"
#include "results/store/verdict_rows.h"

namespace dsb {

// Tests against the anchor are in `verdict_json` only: the table has one row a metric and scope. So
// are tests without an interval. Not for a verdict of not_comparable.
std::vector<ComparisonRecord> MakeComparisons(const GateVerdict& verdict,
                                              const std::string& verdict_json);

}  // namespace dsb
