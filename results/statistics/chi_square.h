// Pearson's chi-square test of counts against a law, and what such a test can find. Plain functions
// on numbers. Any thread.
#pragma once

#include <cstdint>
#include <span>

namespace dsb {

struct ChiSquareTest {
  double statistic = 0;
  int64_t degrees_of_freedom = 0;  // cells - 1; 0: nothing was tested
  double p_value = 1;              // chance of a statistic at least as large
};

// `probabilities` sum to 1. Cells expected fewer than `least_expected` times are pooled into one,
// and the pool, if it is still expected fewer times than that, into the smallest of the others: a
// statistic with a tiny expectation is not chi-square. A count in a cell of probability 0 gives p =
// 0. Fewer than two cells: p = 1. Of equal lengths; no negative number, no NaN; least_expected > 0.
ChiSquareTest ChiSquare(std::span<const int64_t> counts, std::span<const double> probabilities,
                        double least_expected = 5);

// What a test of `total` counts has, whatever they are.
struct ChiSquareCells {
  int64_t degrees_of_freedom = 0;
  double resolved = 0;  // probability of the cells that are not pooled: what the test can see
};
ChiSquareCells CellsOf(std::span<const double> probabilities, int64_t total,
                       double least_expected = 5);

// P(X >= x) of the chi-square distribution, to 1e-10; x >= 0, degrees >= 1.
double ChiSquareTail(double x, int64_t degrees);

// The x with ChiSquareTail(x, degrees) = p, to 1e-9 relative; 0 < p < 1.
double ChiSquareQuantile(double p, int64_t degrees);

// P(X >= x) of the non-central distribution: the chance that the test's statistic reaches x where
// the counts follow a law q with noncentrality = n sum (q_i - p_i)^2 / p_i.
double NoncentralChiSquareTail(double x, int64_t degrees, double noncentrality);

// What a test must be able to find before its silence says something.
struct ChiSquareGoal {
  double significance = 1e-4;    // the test rejects at p below it
  double power = 0.9;            // chance that it rejects
  double total_variation = 0.1;  // of every law that is off by this much
};

// Counts with which a test of so many degrees reaches the goal, whatever the direction in which the
// law is off: sum (q_i - p_i)^2 / p_i is at least (sum |q_i - p_i|)^2 = 4 TV^2.
int64_t CountsForPower(int64_t degrees, const ChiSquareGoal& goal);
// A test of `total` counts has these degrees, so many counts, and sees as much of the law as may be
// off.
bool HasPower(const ChiSquareCells& cells, int64_t total, const ChiSquareGoal& goal);
// The total variation that `counts` find with that power, at most 1.
double FoundTotalVariation(int64_t counts, int64_t degrees, const ChiSquareGoal& goal);

}  // namespace dsb
