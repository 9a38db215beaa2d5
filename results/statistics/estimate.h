// Estimates with intervals: percentiles by order statistics, proportions by Wilson (measurement.md
// 7). Plain functions on numbers; the bootstrap is in statistics_bootstrap.h. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dsb {

// A number with its uncertainty. No value: undefined or "n/a" (`note` says why).
struct Estimate {
  std::optional<double> value = {}, lo = {}, hi = {};
  double level = 0.95;
  std::string method =
      "none";     // cluster_bootstrap, paired_bootstrap, t_runs, order_statistic, wilson, none
  int64_t n = 0;  // independent units: prompts, or samples for order_statistic
  std::optional<int64_t> num_resamples = {}, statistics_seed = {};
  std::string note = {};

  bool has_interval() const { return lo || hi; }  // a side may be open
  std::optional<double> interval_level() const;   // empty without an interval
};

// P(X <= k) of a binomial with n trials of probability p in (0, 1); 0 for k < 0, 1 for k >= n.
double BinomialCdf(int64_t k, int64_t n, double p);

// Smallest n for which the second largest sample is an upper bound of quantile p with confidence
// `level`: below it a percentile is not a number worth printing. 99 %: p50 11, p90 64, p99 662. 95
// %: 8, 46, 473. 0 < p, level < 1.
int64_t PercentileFloor(double p, double level);

// Quantile p in (0, 1) by linear interpolation between order statistics (x_(1) at 0, x_(n) at 1),
// with the two-sided binomial interval between order statistics; a side that no sample certifies
// stays empty. n/a below the floor.
Estimate Percentile(std::vector<double> samples, double p, double level = 0.95);

// Wilson's score interval of `successes` out of `n` independent trials; no value for n = 0.
Estimate Wilson(int64_t successes, int64_t n, double level = 0.95);

// Inverse of the standard normal distribution function, p in (0, 1), to 1e-12.
double NormalQuantile(double p);

}  // namespace dsb
