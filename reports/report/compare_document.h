// The text of a comparison: pairs of runs as a document.
#pragma once

#include <vector>

#include "reports/document/document.h"
#include "reports/pairing/pairs.h"

namespace dsb {

Document MakeCompareDocument(const std::vector<ComparedPair>& pairs, const MetricOptions& options,
                             const UnpairedArms& unpaired = {});

}  // namespace dsb
