#include "results/statistics/estimate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/counted.h"
#include "base/error.h"
#include "results/statistics/log_gamma.h"

namespace dsb {
namespace {

double LogFactorial(int64_t n) { return LogGamma(static_cast<double>(n) + 1); }

double BinomialPmf(int64_t k, int64_t n, double p) {
  return std::exp(LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k) +
                  static_cast<double>(k) * std::log(p) +
                  static_cast<double>(n - k) * std::log1p(-p));
}

// Sum of the probabilities of k, k-1, ... for k at or below the mode: the terms shrink, so it ends
// early.
double LowerTail(int64_t k, int64_t n, double p) {
  double term = BinomialPmf(k, n, p), sum = 0;
  for (; k >= 0; --k) {
    sum += term;
    if (term < sum * 1e-18) break;
    term *= static_cast<double>(k) / static_cast<double>(n - k + 1) * (1 - p) / p;
  }
  return sum;
}

}  // namespace

std::optional<double> Estimate::interval_level() const {
  return has_interval() ? std::optional(level) : std::nullopt;
}

double BinomialCdf(int64_t k, int64_t n, double p) {
  DSB_CHECK(p > 0 && p < 1);
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (static_cast<double>(k) <= static_cast<double>(n) * p) return LowerTail(k, n, p);
  return 1 - LowerTail(n - k - 1, n, 1 - p);
}

int64_t PercentileFloor(double p, double level) {
  DSB_CHECK(p > 0 && p < 1 && level > 0 && level < 1);
  // P(x_(n-1) >= quantile) = P(at most n-2 samples lie below it), which grows with n.
  int64_t n = 2;
  while (BinomialCdf(n - 2, n, p) < level) ++n;
  return n;
}

Estimate Percentile(std::vector<double> samples, double p, double level) {
  for (const double sample : samples) DSB_CHECK(std::isfinite(sample));
  Estimate result{.level = level, .n = static_cast<int64_t>(samples.size())};
  const int64_t n = result.n, floor = PercentileFloor(p, level);
  if (n < floor) {
    result.note = "n/a: " + Counted(n, "sample") + ", " + std::to_string(floor) + " needed";
    return result;
  }
  std::sort(samples.begin(), samples.end());
  const double place = p * static_cast<double>(n - 1);
  const auto below = static_cast<size_t>(place);
  const double weight = place - static_cast<double>(below);
  const double next = samples[std::min(below + 1, samples.size() - 1)];
  result.value = samples[below] + weight * (next - samples[below]);
  result.method = "order_statistic";
  const double tail = (1 - level) / 2;
  // Ranks count from 1: x_(l) is a lower bound if P(X <= l-1) <= tail, x_(u) an upper one if P(X <=
  // u-1) >= 1 - tail.
  int64_t low = 0, high = n + 1;
  for (int64_t a = 1, b = n; a <= b;) {
    const int64_t middle = (a + b) / 2;
    if (BinomialCdf(middle - 1, n, p) <= tail) {
      low = middle, a = middle + 1;
    } else {
      b = middle - 1;
    }
  }
  for (int64_t a = 1, b = n; a <= b;) {
    const int64_t middle = (a + b) / 2;
    if (BinomialCdf(middle - 1, n, p) >= 1 - tail) {
      high = middle, b = middle - 1;
    } else {
      a = middle + 1;
    }
  }
  if (low >= 1) result.lo = samples[static_cast<size_t>(low - 1)];
  if (high <= n) result.hi = samples[static_cast<size_t>(high - 1)];
  return result;
}

Estimate Wilson(int64_t successes, int64_t n, double level) {
  DSB_CHECK(successes >= 0 && successes <= n);
  Estimate result{.level = level, .method = "wilson", .n = n};
  if (n == 0) {
    result.method = "none";
    result.note = "n/a: no trials";
    return result;
  }
  const double z = NormalQuantile(1 - (1 - level) / 2);
  const double trials = static_cast<double>(n), share = static_cast<double>(successes) / trials;
  const double scale = 1 + z * z / trials;
  const double centre = (share + z * z / (2 * trials)) / scale;
  const double half =
      z / scale * std::sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
  result.value = share;
  result.lo = successes == 0 ? 0 : std::max(0.0, centre - half);
  result.hi = successes == n ? 1 : std::min(1.0, centre + half);
  return result;
}

double NormalQuantile(double p) {
  DSB_CHECK(p > 0 && p < 1);
  // Newton's method on the smaller tail, which erfc gives without cancellation.
  const bool upper = p > 0.5;
  const double tail = upper ? 1 - p : p;
  double x = -std::sqrt(-2 * std::log(tail));
  if (tail > 0.2) x = 0;
  for (int i = 0; i < 60; ++i) {
    const double error = 0.5 * std::erfc(-x / std::numbers::sqrt2) - tail;
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    const double step = error / density;
    // Halley's correction keeps the far tail from overshooting.
    x -= step / (1 + x * step / 2);
    if (std::abs(step) < 1e-15) break;
  }
  return upper ? -x : x;
}

}  // namespace dsb
