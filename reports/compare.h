// Two runs, of one file or of two, compared prompt by prompt: which runs, whether they may be
// compared, and the text.
#pragma once

#include <string>
#include <vector>

#include "reports/document.h"
#include "reports/report.h"
#include "results/metrics_compare.h"
#include "results/reader.h"

namespace dsb {

struct ComparedPair {
  RunData baseline, candidate;
  std::vector<std::string> across;    // fields that differ and were allowed to
  std::vector<ArmComparison> scopes;  // all first, then the domains and data sets of the baseline
};

// kBadInput if a field of ComparableFacts differs that `across` does not name, or if `across` names
// no such field.
ComparedPair ComparePair(RunData baseline, RunData candidate, const CompareOptions& options);

// The runs that the options name: pairs of (baseline, candidate) run ids. kBadInput if there are
// none.
std::vector<std::pair<int64_t, int64_t>> ChoosePairs(const std::vector<RunRecord>& baseline,
                                                     const std::vector<RunRecord>& candidate,
                                                     bool same_store,
                                                     const CompareOptions& options);

Document MakeCompareDocument(const std::vector<ComparedPair>& pairs, const MetricOptions& options);

}  // namespace dsb
