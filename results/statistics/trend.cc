#include "results/statistics/trend.h"

#include <algorithm>
#include <cmath>

#include "results/statistics/student.h"

namespace dsb {

std::vector<double> BlockMedians(std::span<const double> values, size_t num_blocks) {
  std::vector<double> medians;
  if (num_blocks == 0 || values.size() < num_blocks) return medians;
  for (size_t block = 0; block < num_blocks; ++block) {
    const size_t first = values.size() * block / num_blocks;
    const size_t last = values.size() * (block + 1) / num_blocks;
    std::vector<double> of_block(values.begin() + static_cast<std::ptrdiff_t>(first),
                                 values.begin() + static_cast<std::ptrdiff_t>(last));
    std::sort(of_block.begin(), of_block.end());
    const size_t middle = of_block.size() / 2;
    medians.push_back(of_block.size() % 2 == 1 ? of_block[middle]
                                               : (of_block[middle - 1] + of_block[middle]) / 2);
  }
  return medians;
}

Trend TrendOf(std::span<const double> values, double level) {
  Trend trend;
  if (values.size() < 3) return trend;
  const auto n = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / n;
  const double middle = (n - 1) / 2;
  double xx = 0, xy = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    xx += x * x;
    xy += x * (values[i] - mean);
  }
  trend.slope = xy / xx;
  double residuals = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double r = values[i] - mean - trend.slope * (static_cast<double>(i) - middle);
    residuals += r * r;
  }
  const double error = std::sqrt(residuals / (n - 2) / xx);
  const double half =
      StudentQuantile(0.5 + level / 2, static_cast<int64_t>(values.size()) - 2) * error;
  trend.lo = trend.slope - half;
  trend.hi = trend.slope + half;
  if (mean != 0) trend.relative_change = trend.slope * (n - 1) / mean;
  return trend;
}

}  // namespace dsb
