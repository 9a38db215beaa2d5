// Many tests at once (measurement.md 8): Holm's correction for what must not be raised by mistake,
// Benjamini-Hochberg's false discovery rate for what is only shown. Plain functions. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dsb {

// Holm 1979: the k-th smallest of m p-values (k from 1) becomes max over j <= k of (m - j + 1)
// p_(j), at most 1. Rejecting where the result is <= alpha keeps the chance of any false rejection
// <= alpha, whatever the dependence. In the order of `p`.
std::vector<double> HolmAdjusted(std::span<const double> p);

// Benjamini and Hochberg 1995: q of the k-th smallest is min over j >= k of m / j p_(j). Rejecting
// where q <= level keeps the expected share of false ones among the rejected <= level.
std::vector<double> BenjaminiHochbergQ(std::span<const double> p);

// One-sided p-value of "at or below `bound`" from resamples of an estimate: (1 + #(sample <=
// bound)) / (1 + samples). Below 2.5 % exactly where the lower end of the 95 % percentile interval
// lies above the bound, up to the count of one. 1 without samples.
double ResampledTail(std::span<const double> samples, double bound);

// n' = n (half_width / |estimate - bound|)^2, rounded up: the sample size at which an interval of
// this spread would end at `bound` (measurement.md 8). Empty if the estimate is the bound.
std::optional<int64_t> NeededN(int64_t n, double half_width, double estimate, double bound);

}  // namespace dsb
