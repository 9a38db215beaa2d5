#include "results/statistics/paired.h"

#include <cmath>

namespace dsb {
namespace {

struct Moments {
  double mean_a = 0, mean_b = 0, var_a = 0, var_b = 0, cov = 0;
};

Moments JointMoments(const std::vector<double>& a, const std::vector<double>& b) {
  Moments result;
  const auto n = static_cast<double>(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    result.mean_a += a[i] / n;
    result.mean_b += b[i] / n;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    const double da = a[i] - result.mean_a, db = b[i] - result.mean_b;
    result.var_a += da * da / n;
    result.var_b += db * db / n;
    result.cov += da * db / n;
  }
  return result;
}

}  // namespace

PairedEstimate PairedRatio(const ClusterTable& table, std::span<const double> totals,
                           const PairedColumns& columns, const BootstrapOptions& options) {
  PairedEstimate result;
  Estimate& ratio = result.ratio;
  ratio.level = options.level;
  ratio.n = table.num_clusters();
  const size_t cx = static_cast<size_t>(columns.candidate_x),
               cy = static_cast<size_t>(columns.candidate_y),
               bx = static_cast<size_t>(columns.baseline_x),
               by = static_cast<size_t>(columns.baseline_y);
  const auto width = static_cast<size_t>(table.num_columns());
  const std::vector<double> sums = table.Totals();
  if (sums[cx] <= 0 || sums[cy] <= 0 || sums[bx] <= 0 || sums[by] <= 0) {
    ratio.note = "n/a: nothing to compare";
    return result;
  }
  ratio.value = sums[cx] / sums[cy] / (sums[bx] / sums[by]);
  if (ratio.n < kMinPromptsForInterval) {
    ratio.note = "n too small for an interval";
    return result;
  }
  std::vector<double> candidate, baseline, logs;
  for (size_t r = 0; r < totals.size(); r += width) {
    const double c = totals[r + cx] / totals[r + cy], b = totals[r + bx] / totals[r + by];
    if (!(c > 0 && b > 0 && std::isfinite(c) && std::isfinite(b))) continue;
    candidate.push_back(std::log(c));
    baseline.push_back(std::log(b));
    logs.push_back(candidate.back() - baseline.back());
  }
  if (logs.empty()) return result;
  const auto [lo, hi] = PercentileInterval(logs, options.level);
  ratio.lo = std::exp(lo);
  ratio.hi = std::exp(hi);
  ratio.method = "paired_bootstrap";
  ratio.num_resamples = static_cast<int64_t>(logs.size());
  ratio.statistics_seed = static_cast<int64_t>(options.statistics_seed);
  const Moments moments = JointMoments(candidate, baseline);
  // Spread that is only rounding (an arm with tau = 1 everywhere) has no correlation.
  constexpr double kRounding = 1e-24;
  if (moments.var_a > kRounding && moments.var_b > kRounding) {
    result.correlation = moments.cov / std::sqrt(moments.var_a * moments.var_b);
  }
  if (moments.var_a + moments.var_b > kRounding) {
    result.variance_saved = 2 * moments.cov / (moments.var_a + moments.var_b);
  }
  return result;
}

}  // namespace dsb
