// Pearson's chi-square test of counts against a law. Plain functions on numbers. Any thread.
#pragma once

#include <cstdint>
#include <span>

namespace dsb {

struct ChiSquareTest {
  double statistic = 0;
  int64_t degrees_of_freedom = 0;  // cells - 1
  double p_value = 1;              // chance of a statistic at least as large
};

// `probabilities` sum to 1; cells expected fewer than `least_expected` times are pooled into one (a
// count in a cell of probability 0 gives p = 0). Fewer than two cells: p = 1.
ChiSquareTest ChiSquare(std::span<const int64_t> counts, std::span<const double> probabilities,
                        double least_expected = 5);

// P(X >= x) of the chi-square distribution, to 1e-10; x >= 0, degrees >= 1.
double ChiSquareTail(double x, int64_t degrees);

}  // namespace dsb
