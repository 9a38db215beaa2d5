#include "results/statistics/cluster_percentile.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/counted.h"
#include "base/error.h"

namespace dsb {
namespace {

struct Sample {
  double value = 0;
  size_t cluster = 0;  // place in table order
};

// Quantile by linear interpolation, as Percentile has it, of samples in ascending order of which
// each counts as often as its cluster was drawn. Takes the quantiles in any order.
class WeightedQuantiles {
 public:
  explicit WeightedQuantiles(const std::vector<Sample>& samples) : samples_(samples) {}

  double At(double quantile, const std::vector<uint32_t>& counts) {
    int64_t drawn = 0;
    for (const Sample& sample : samples_) drawn += counts[sample.cluster];
    const double place = quantile * static_cast<double>(drawn - 1);
    const auto below = static_cast<int64_t>(place);
    const double weight = place - static_cast<double>(below);
    int64_t passed = 0;
    for (size_t i = 0; i < samples_.size(); ++i) {
      passed += counts[samples_[i].cluster];
      if (passed <= below) continue;
      const double value = samples_[i].value;
      if (weight == 0 || passed > below + 1) return value;
      return value + weight * (NextDrawn(i, counts) - value);
    }
    DSB_CHECK(false);
  }

 private:
  double NextDrawn(size_t i, const std::vector<uint32_t>& counts) const {
    for (size_t next = i + 1; next < samples_.size(); ++next) {
      if (counts[samples_[next].cluster] > 0) return samples_[next].value;
    }
    return samples_[i].value;
  }

  const std::vector<Sample>& samples_;
};

}  // namespace

void ClusterSamples::Add(const std::string& stratum, const std::string& cluster, double value) {
  DSB_CHECK(std::isfinite(value));
  samples_[{stratum, cluster}].push_back(value);
  ++num_samples_;
}

std::vector<Estimate> ClusterSamples::Percentiles(std::span<const double> quantiles,
                                                  const BootstrapOptions& options,
                                                  const std::string& sample) const {
  if (num_samples_ > samples_.size()) return ByCluster(quantiles, options, sample);
  std::vector<double> values;
  for (const auto& [key, own] : samples_) values.insert(values.end(), own.begin(), own.end());
  std::vector<Estimate> estimates;
  for (const double quantile : quantiles) {
    estimates.push_back(Percentile(values, quantile, options.level));
  }
  return estimates;
}

std::vector<Estimate> ClusterSamples::ByCluster(std::span<const double> quantiles,
                                                const BootstrapOptions& options,
                                                const std::string& sample) const {
  ClusterTable table(1);
  std::vector<Sample> in_order;
  for (const auto& [key, own] : samples_) {
    for (const double value : own) {
      in_order.push_back({value, static_cast<size_t>(table.num_clusters())});
    }
    const double count = static_cast<double>(own.size());
    table.Add(key.first, key.second, {&count, 1});
  }
  std::sort(in_order.begin(), in_order.end(),
            [](const Sample& a, const Sample& b) { return a.value < b.value; });
  const int64_t n = table.num_clusters();
  const std::vector<uint32_t> once(static_cast<size_t>(n), 1);
  WeightedQuantiles weighted(in_order);
  std::vector<Estimate> estimates;
  bool any_interval = false;
  for (const double quantile : quantiles) {
    Estimate& estimate = estimates.emplace_back(Estimate{.level = options.level, .n = n});
    const int64_t floor = PercentileFloor(quantile, options.level);
    if (n < floor) {
      estimate.note = "n/a: " + Counted(n, "prompt") + ", " + std::to_string(floor) + " needed";
      continue;
    }
    estimate.value = weighted.At(quantile, once);
    if (n < kMinPromptsForInterval) {
      estimate.note = "n too small for an interval";
    } else {
      any_interval = true;
    }
  }
  if (!any_interval) return estimates;
  ResampleDraws draws(table, options, sample);
  std::vector<std::vector<double>> resampled(quantiles.size());
  for (int64_t r = 0; r < options.num_resamples; ++r) {
    const std::vector<uint32_t>& counts = draws.Draw(r);
    for (size_t q = 0; q < quantiles.size(); ++q) {
      if (estimates[q].value) resampled[q].push_back(weighted.At(quantiles[q], counts));
    }
  }
  for (size_t q = 0; q < quantiles.size(); ++q) {
    if (resampled[q].empty()) continue;
    Estimate& estimate = estimates[q];
    std::tie(estimate.lo, estimate.hi) = PercentileInterval(std::move(resampled[q]), options.level);
    estimate.method = "cluster_bootstrap";
    estimate.num_resamples = options.num_resamples;
    estimate.statistics_seed = static_cast<int64_t>(options.statistics_seed);
  }
  return estimates;
}

}  // namespace dsb
