// Percentiles of samples of which several may belong to one prompt (repeats, turns of a
// conversation): the prompt is what is drawn independently, so the intervals are by prompt.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "results/statistics/bootstrap.h"

namespace dsb {

class ClusterSamples {
 public:
  // Strata and clusters as in ClusterTable; `value` is finite.
  void Add(const std::string& stratum, const std::string& cluster, double value);
  // Each of the `quantiles`, in (0, 1), over all samples. One sample a cluster: as Percentile
  // does. More: n counts clusters, which must be as many as Percentile asks for samples, and the
  // interval is the cluster bootstrap's (from 10 clusters on); `sample` keys the draws.
  std::vector<Estimate> Percentiles(std::span<const double> quantiles,
                                    const BootstrapOptions& options,
                                    const std::string& sample) const;

 private:
  std::vector<Estimate> ByCluster(std::span<const double> quantiles,
                                  const BootstrapOptions& options, const std::string& sample) const;

  std::map<std::pair<std::string, std::string>, std::vector<double>> samples_;
  size_t num_samples_ = 0;
};

}  // namespace dsb
