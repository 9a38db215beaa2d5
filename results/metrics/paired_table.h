// The sums of two arms on the same prompts, one row a prompt: what compare and gate form their
// paired ratios and resamples of. Builds the table once and answers for any of its metrics. Of a
// resumed run all segments count: a request's times are those of the process that answered it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "results/metrics/compare.h"

namespace dsb {

class PairedTable {
 public:
  // `scope` as in metrics.h: all, domain:..., dataset:...
  PairedTable(const CheckedRun& baseline, const CheckedRun& candidate, const std::string& scope,
              const BootstrapOptions& options);

  const PairCounts& counts() const { return counts_; }
  int64_t prompts() const { return table_.num_clusters(); }
  // Both arms' values and their ratio with its interval. `metric` is one of ComparedMetrics().
  ComparedMetric Compare(std::string_view metric) const;
  // candidate / baseline, or its inverse. Of runs under load times have no interval
  // (kWithinRunNote): requests in flight together are no independent units.
  PairedEstimate Ratio(std::string_view metric, bool inverse = false) const;
  // The ratio of every resample in which it is defined; empty where Ratio has no interval.
  std::vector<double> ResampledRatios(std::string_view metric) const;

 private:
  PairCounts counts_;
  bool under_load_ = false;
  BootstrapOptions options_;
  ClusterTable table_;
  std::vector<double> resampled_;  // totals of all resamples
};

}  // namespace dsb
