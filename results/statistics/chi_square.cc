#include "results/statistics/chi_square.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "results/statistics/log_gamma.h"

namespace dsb {
namespace {

// Regularised upper incomplete gamma function: the power series of the lower one left of the mode,
// Lentz's continued fraction right of it (Abramowitz and Stegun 6.5.29 and 6.5.31).
double UpperGamma(double a, double x) {
  const double scale = std::exp(-x + a * std::log(x) - LogGamma(a));
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

// The root of an increasing function, from 0 up.
template <typename Function>
double Root(const Function& function) {
  double low = 0, high = 1;
  while (function(high) < 0) low = high, high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-10 * high; ++i) {
    const double middle = (low + high) / 2;
    (function(middle) < 0 ? low : high) = middle;
  }
  return (low + high) / 2;
}

// Of the noncentral distribution: what reaches the goal's power.
double WantedNoncentrality(int64_t degrees, const ChiSquareGoal& goal) {
  const double critical = ChiSquareQuantile(goal.significance, degrees);
  return Root([&](double noncentrality) {
    return NoncentralChiSquareTail(critical, degrees, noncentrality) - goal.power;
  });
}

struct Cell {
  double count = 0, expected = 0;
};

// The cells that are tested; `counts` may be empty. `resolved` is what was not pooled.
std::vector<Cell> Pool(std::span<const int64_t> counts, std::span<const double> probabilities,
                       double total, double least_expected, double* resolved) {
  DSB_CHECK(least_expected > 0);
  std::vector<Cell> cells;
  Cell pool;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    DSB_CHECK(probabilities[i] >= 0 && std::isfinite(probabilities[i]));
    const Cell cell{counts.empty() ? 0 : static_cast<double>(counts[i]), probabilities[i] * total};
    if (cell.expected >= least_expected) {
      cells.push_back(cell);
      *resolved += probabilities[i];
    } else {
      pool.count += cell.count;
      pool.expected += cell.expected;
    }
  }
  if (pool.expected >= least_expected || cells.empty()) {
    cells.push_back(pool);
  } else {
    const auto smallest =
        std::min_element(cells.begin(), cells.end(),
                         [](const Cell& a, const Cell& b) { return a.expected < b.expected; });
    smallest->count += pool.count;
    smallest->expected += pool.expected;
  }
  return cells;
}

}  // namespace

double ChiSquareTail(double x, int64_t degrees) {
  DSB_CHECK(x >= 0 && degrees >= 1);
  if (x == 0) return 1;
  if (std::isinf(x)) return 0;
  return UpperGamma(static_cast<double>(degrees) / 2, x / 2);
}

double ChiSquareQuantile(double p, int64_t degrees) {
  DSB_CHECK(p > 0 && p < 1);
  return Root([&](double x) { return p - ChiSquareTail(x, degrees); });
}

double NoncentralChiSquareTail(double x, int64_t degrees, double noncentrality) {
  DSB_CHECK(noncentrality >= 0);
  // Poisson weights of the central tails, from the mode outwards until they vanish.
  const double mean = noncentrality / 2;
  if (mean == 0) return ChiSquareTail(x, degrees);
  const auto mode = static_cast<int64_t>(mean);
  const auto weight = [mean](int64_t j) {
    const auto n = static_cast<double>(j);
    return std::exp(-mean + n * std::log(mean) - LogGamma(n + 1));
  };
  constexpr double kNegligible = 1e-17;
  double sum = 0;
  for (int64_t j = mode; j >= 0; --j) {
    const double share = weight(j);
    if (share < kNegligible) break;
    sum += share * ChiSquareTail(x, degrees + 2 * j);
  }
  for (int64_t j = mode + 1;; ++j) {
    const double share = weight(j);
    if (share < kNegligible) break;
    sum += share * ChiSquareTail(x, degrees + 2 * j);
  }
  return std::min(1.0, sum);
}

int64_t CountsForPower(int64_t degrees, const ChiSquareGoal& goal) {
  const double least = 4 * goal.total_variation * goal.total_variation;
  return static_cast<int64_t>(std::ceil(WantedNoncentrality(degrees, goal) / least));
}

bool HasPower(const ChiSquareCells& cells, int64_t total, const ChiSquareGoal& goal) {
  return cells.degrees_of_freedom > 0 && cells.resolved >= goal.total_variation &&
         total >= CountsForPower(cells.degrees_of_freedom, goal);
}

double FoundTotalVariation(int64_t counts, int64_t degrees, const ChiSquareGoal& goal) {
  if (counts <= 0 || degrees <= 0) return 1;
  const double wanted = WantedNoncentrality(degrees, goal);
  return std::min(1.0, std::sqrt(wanted / static_cast<double>(counts)) / 2);
}

ChiSquareCells CellsOf(std::span<const double> probabilities, int64_t total,
                       double least_expected) {
  ChiSquareCells cells;
  cells.degrees_of_freedom =
      static_cast<int64_t>(
          Pool({}, probabilities, static_cast<double>(total), least_expected, &cells.resolved)
              .size()) -
      1;
  return cells;
}

ChiSquareTest ChiSquare(std::span<const int64_t> counts, std::span<const double> probabilities,
                        double least_expected) {
  DSB_CHECK(counts.size() == probabilities.size());
  bool impossible = false;
  double total = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    DSB_CHECK(counts[i] >= 0);
    total += static_cast<double>(counts[i]);
    impossible = impossible || (probabilities[i] == 0 && counts[i] > 0);
  }
  double resolved = 0;
  const std::vector<Cell> cells = Pool(counts, probabilities, total, least_expected, &resolved);
  ChiSquareTest test;
  test.degrees_of_freedom = static_cast<int64_t>(cells.size()) - 1;
  if (impossible) {
    test.statistic = std::numeric_limits<double>::infinity();
    test.degrees_of_freedom = std::max<int64_t>(1, test.degrees_of_freedom);
    test.p_value = 0;
    return test;
  }
  if (test.degrees_of_freedom == 0) return test;
  for (const Cell& cell : cells) {
    test.statistic += (cell.count - cell.expected) * (cell.count - cell.expected) / cell.expected;
  }
  test.p_value = ChiSquareTail(test.statistic, test.degrees_of_freedom);
  return test;
}

}  // namespace dsb
