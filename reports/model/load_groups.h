// Runs of one question under several loads: what a curve over the load is made of.
#pragma once

#include <vector>

#include "reports/model/model.h"

namespace dsb {

struct LoadGroup {
  std::vector<const ReportSet*> sets;  // of the model, in its order: a load and pass each
};

// Those with at least two loads.
std::vector<LoadGroup> LoadGroupsOf(const ReportModel& model);

}  // namespace dsb
