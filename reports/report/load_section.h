// How the load of a set's runs went: throughput beside what each user saw, whether it may be read
// as a point of a curve, and what was promised to users.
#pragma once

#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"

namespace dsb {

// No blocks for runs that are no load (their rows name no arrival process).
std::vector<Block> LoadSection(const ReportSet& set);

}  // namespace dsb
