#include "results/statistics/student.h"

#include <cmath>

#include "base/error.h"

namespace dsb {
namespace {

// P(T <= t) for t >= 0 and integer degrees of freedom n: the finite sums of Abramowitz and Stegun
// 26.7.3 and 26.7.4.
double StudentCdf(double t, int64_t n) {
  const double theta = std::atan(t / std::sqrt(static_cast<double>(n)));
  const double sine = std::sin(theta), cosine = std::cos(theta);
  constexpr double kPi = 3.14159265358979323846;
  const bool odd = n % 2 == 1;
  double term = odd ? cosine : 1, sum = n == 1 ? 0 : term;
  for (int64_t k = odd ? 3 : 2; k <= n - 2; k += 2) {
    term *= cosine * cosine * static_cast<double>(k - 1) / static_cast<double>(k);
    sum += term;
  }
  const double inside = odd ? 2 / kPi * (theta + sine * sum) : sine * sum;  // P(|T| <= t)
  return 0.5 + inside / 2;
}

}  // namespace

double StudentQuantile(double p, int64_t degrees_of_freedom) {
  DSB_CHECK(p > 0 && p < 1 && degrees_of_freedom >= 1);
  if (p == 0.5) return 0;
  if (p < 0.5) return -StudentQuantile(1 - p, degrees_of_freedom);
  double low = 0, high = 1;
  while (StudentCdf(high, degrees_of_freedom) < p) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
    const double middle = low + (high - low) / 2;
    (StudentCdf(middle, degrees_of_freedom) < p ? low : high) = middle;
  }
  return high;
}

Estimate GeometricMean(std::span<const double> logs, double level) {
  Estimate estimate;
  estimate.level = level;
  estimate.n = static_cast<int64_t>(logs.size());
  if (logs.empty()) {
    estimate.note = "n/a: no runs";
    return estimate;
  }
  const auto n = static_cast<double>(logs.size());
  double sum = 0, squares = 0;
  for (const double log : logs) sum += log;
  const double mean = sum / n;
  estimate.value = std::exp(mean);
  if (logs.size() < 2) {
    estimate.note = "one run: no interval over runs";
    return estimate;
  }
  for (const double log : logs) squares += (log - mean) * (log - mean);
  const double error = std::sqrt(squares / (n - 1) / n);
  const double half = StudentQuantile(0.5 + level / 2, estimate.n - 1) * error;
  estimate.method = "t_runs";
  estimate.lo = std::exp(mean - half);
  estimate.hi = std::exp(mean + half);
  return estimate;
}

}  // namespace dsb
