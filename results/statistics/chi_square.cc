#include "results/statistics/chi_square.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace dsb {
namespace {

// Regularised upper incomplete gamma function: the power series of the lower one left of the mode,
// Lentz's continued fraction right of it (Abramowitz and Stegun 6.5.29 and 6.5.31).
double UpperGamma(double a, double x) {
  const double scale = std::exp(-x + a * std::log(x) - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (double n = a + 1; term > sum * 1e-16; ++n) {
      term *= x / n;
      sum += term;
    }
    return 1 - scale * sum;
  }
  constexpr double kTiny = std::numeric_limits<double>::min() * 1e10;
  double b = x + 1 - a, c = 1 / kTiny, d = 1 / b, fraction = d;
  for (int i = 1; i < 100'000; ++i) {
    const double numerator = -i * (i - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return scale * fraction;
}

}  // namespace

double ChiSquareTail(double x, int64_t degrees) {
  return x <= 0 ? 1 : UpperGamma(static_cast<double>(degrees) / 2, x / 2);
}

ChiSquareTest ChiSquare(std::span<const int64_t> counts, std::span<const double> probabilities,
                        double least_expected) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
  ChiSquareTest test;
  int64_t cells = 0;
  double pooled_count = 0, pooled_expected = 0;
  const auto add = [&test, &cells](double count, double expected) {
    test.statistic += (count - expected) * (count - expected) / expected;
    ++cells;
  };
  for (size_t i = 0; i < counts.size(); ++i) {
    const double expected = probabilities[i] * total;
    const auto count = static_cast<double>(counts[i]);
    if (expected >= least_expected) {
      add(count, expected);
    } else {
      pooled_count += count;
      pooled_expected += expected;
    }
  }
  if (pooled_expected > 0) {
    add(pooled_count, pooled_expected);
  } else if (pooled_count > 0) {
    test.statistic = std::numeric_limits<double>::infinity();
    test.degrees_of_freedom = cells;
    test.p_value = 0;
    return test;
  }
  test.degrees_of_freedom = cells - 1;
  if (test.degrees_of_freedom > 0) {
    test.p_value = ChiSquareTail(test.statistic, test.degrees_of_freedom);
  }
  return test;
}

}  // namespace dsb
