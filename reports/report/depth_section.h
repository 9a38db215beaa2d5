// The runs of a set by the depth of context before their prompts.
#pragma once

#include <vector>

#include "reports/document/document.h"
#include "reports/model/model.h"

namespace dsb {

// No blocks if no run has prompts at a depth.
std::vector<Block> DepthSection(const ReportSet& set);

}  // namespace dsb
