#include "results/statistics/paired.h"

#include <cmath>

#include "results/statistics/undefined_draws.h"

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

struct Sides {
  double candidate = 0, baseline = 0;
};

std::optional<Sides> SidesOf(std::span<const double> totals, const PairedColumns& columns) {
  const auto quotient = [totals](int64_t x, int64_t y) {
    return totals[static_cast<size_t>(x)] / totals[static_cast<size_t>(y)];
  };
  const Sides sides{quotient(columns.candidate_x, columns.candidate_y),
                    quotient(columns.baseline_x, columns.baseline_y)};
  const auto positive = [](double side) { return side > 0 && std::isfinite(side); };
  if (!positive(sides.candidate) || !positive(sides.baseline)) return std::nullopt;
  return sides;
}

}  // namespace

std::optional<double> RatioOfTotals(std::span<const double> totals, const PairedColumns& columns) {
  const std::optional<Sides> sides = SidesOf(totals, columns);
  if (!sides) return std::nullopt;
  const double ratio = sides->candidate / sides->baseline;
  return ratio > 0 && std::isfinite(ratio) ? std::optional(ratio) : std::nullopt;
}

PairedEstimate PairedRatio(const ClusterTable& table, std::span<const double> totals,
                           const PairedColumns& columns, const BootstrapOptions& options) {
  PairedEstimate result;
  Estimate& ratio = result.ratio;
  ratio.level = options.level;
  ratio.n = table.num_clusters();
  ratio.value = RatioOfTotals(table.Totals(), columns);
  if (!ratio.value) {
    ratio.note = "n/a: nothing to compare";
    return result;
  }
  if (ratio.n < kMinPromptsForInterval) {
    ratio.note = "n too small for an interval";
    return result;
  }
  const auto width = static_cast<size_t>(table.num_columns());
  const auto num_draws = static_cast<int64_t>(totals.size() / width);
  std::vector<double> candidate, baseline, logs;
  for (size_t r = 0; r < totals.size(); r += width) {
    const std::optional<Sides> sides = SidesOf(totals.subspan(r, width), columns);
    if (!sides) continue;
    candidate.push_back(std::log(sides->candidate));
    baseline.push_back(std::log(sides->baseline));
    logs.push_back(candidate.back() - baseline.back());
  }
  ratio.num_resamples = static_cast<int64_t>(logs.size());
  ratio.statistics_seed = static_cast<int64_t>(options.statistics_seed);
  if (TooManyUndefined(*ratio.num_resamples, num_draws)) {
    ratio.note = UndefinedNote(*ratio.num_resamples, num_draws);
    return result;
  }
  const auto [lo, hi] = PercentileInterval(logs, options.level);
  ratio.lo = std::exp(lo);
  ratio.hi = std::exp(hi);
  ratio.method = "paired_bootstrap";
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
