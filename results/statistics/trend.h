// Whether a sequence drifts: the straight line through blocks of it (measurement.md 6). Plain
// functions on numbers. Any thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace dsb {

// The medians of `num_blocks` blocks of neighbours whose sizes differ by one at most; empty if
// there are fewer values than blocks.
std::vector<double> BlockMedians(std::span<const double> values, size_t num_blocks);

struct Trend {
  double slope = 0;  // a block
  double lo = 0, hi = 0;
  double relative_change = 0;  // of the line, from the first block to the last, / the mean
  bool excludes_zero() const { return lo > 0 || hi < 0; }
};

// Least squares of values on their index, with the t interval of the slope. Fewer than 3 values, or
// a mean of 0: no drift.
Trend TrendOf(std::span<const double> values, double level = 0.99);

}  // namespace dsb
