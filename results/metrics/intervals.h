// Ratios of one table of sums with their intervals. The resampling is what takes the time: where
// rows of an earlier computation hold the intervals of the very same figures, they are taken from
// there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "results/records.h"
#include "results/statistics/bootstrap.h"

namespace dsb {

struct RatioKey {
  std::string metric, scope;
};

// Ratio i is column 2 i / column 2 i + 1. `stored` serves only if every ratio that has a value has
// a row there of this definition, value, n, level and seed, and if the most that one of them counts
// is options.num_resamples: some may count less, since a denominator may vanish in a resample (in
// too many of them, and the row has no interval), so there must be one whose cannot (a mean over
// requests). `sample` keys the draws.
std::vector<Estimate> RatiosWithIntervals(const ClusterTable& table, const std::string& sample,
                                          std::span<const RatioKey> keys,
                                          const BootstrapOptions& options,
                                          std::span<const MetricRecord> stored);

}  // namespace dsb
