// Runs of one question under several loads: what a curve over the load is made of.
#pragma once

#include <string>
#include <vector>

#include "reports/model/model.h"

namespace dsb {

struct LoadGroup {
  std::vector<const ReportSet*> sets;  // of the model, in its order: a load and pass each
};

// Those with at least two loads.
std::vector<LoadGroup> LoadGroupsOf(const ReportModel& model);

// What an arm's runs under one load gave, over all passes.
struct LoadPoint {
  std::string arm;                          // its name in the report
  std::string load;                         // the facts that tell loads apart
  std::vector<const ReportArm*> runs = {};  // a pass each
};
// By arm, then by load, in the order of the runs.
std::vector<LoadPoint> LoadPointsOf(const LoadGroup& group);

// The mean of a metric over the runs: of one run its value, of more their geometric mean with its t
// interval. No value if one of the runs has none, or one that is not above 0.
Estimate MeanOverRuns(const LoadPoint& point, const std::string& metric, double level);

}  // namespace dsb
