// Cluster bootstrap by prompt for ratios of sums (measurement.md 7): prompts are drawn with
// replacement inside each data set (those of one prompt stand together), both sums are formed
// again, and the interval is the percentile interval of the log of the ratio.
//
// What keys the draws: Philox with the statistics seed, a hash of `sample` (the metric scope:
// "all", "domain:math", ...) and the resample's index. All metrics of one scope therefore see the
// same resamples: one metric recomputed alone gets the same interval, the intervals of factors
// belong together, and threads or ranges do not matter.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "results/statistics/estimate.h"

namespace dsb {

inline constexpr int64_t kMinPromptsForInterval = 10;

struct BootstrapOptions {
  uint64_t statistics_seed = 1;
  int64_t num_resamples = 10000;
  double level = 0.95;
};

// One row of sums a prompt (conversation), grouped by data set. Rows are ordered by (stratum,
// cluster), so that the order in which requests were added changes the sums of one cluster only.
class ClusterTable {
 public:
  explicit ClusterTable(int64_t num_columns) : num_columns_(num_columns) {}
  // Adds `values` [num_columns], finite, to the cluster's row.
  void Add(const std::string& stratum, const std::string& cluster, std::span<const double> values);

  int64_t num_columns() const { return num_columns_; }
  int64_t num_clusters() const { return static_cast<int64_t>(rows_.size()); }
  const std::map<std::pair<std::string, std::string>, std::vector<double>>& rows() const {
    return rows_;
  }
  std::vector<double> Totals() const;  // [num_columns]

 private:
  int64_t num_columns_;
  std::map<std::pair<std::string, std::string>, std::vector<double>> rows_;
};

// Column sums of resamples first .. first+count-1, row-major [count, num_columns].
std::vector<double> ResampleTotals(const ClusterTable& table, const BootstrapOptions& options,
                                   const std::string& sample, int64_t first, int64_t count);

// The resamples one by one: how often each cluster (in table order) is drawn.
class ResampleDraws {
 public:
  ResampleDraws(const ClusterTable& table, const BootstrapOptions& options,
                const std::string& sample);
  const std::vector<uint32_t>& Draw(int64_t resample);  // [num_clusters], valid until the next

 private:
  std::vector<std::vector<size_t>> strata_;
  std::array<uint32_t, 2> key_;
  std::vector<uint32_t> counts_;
};

// One resample's counts, [num_clusters].
std::vector<uint32_t> ResampleCounts(const ClusterTable& table, const BootstrapOptions& options,
                                     const std::string& sample, int64_t resample);

// sum of column x / sum of column y without an interval; the note says why there is no value, or
// that fewer than 10 prompts have no interval.
Estimate PlainRatio(const ClusterTable& table, int64_t x, int64_t y,
                    const BootstrapOptions& options);

// Notes an interval whose width and the linearised standard error differ by more than 25 %.
void DoubtInterval(const ClusterTable& table, int64_t x, int64_t y, Estimate* ratio);

// sum of column x / sum of column y with its interval. `totals` are all options.num_resamples
// resamples; those whose denominator is 0 are left out of the interval and counted out of
// num_resamples, and of too many (undefined_draws.h) there is no interval. Nor below 10 prompts.
// Notes as PlainRatio, UndefinedNote and DoubtInterval.
Estimate RatioOfSums(const ClusterTable& table, std::span<const double> totals, int64_t x,
                     int64_t y, const BootstrapOptions& options);

// Linearised standard error of the ratio: SE^2 = sum over data sets of n/(n-1) sum (d - mean d)^2 /
// (sum y)^2 with d = x - R y. With one data set mean d is 0 and it is the formula of
// measurement.md 7.
double LinearisedError(const ClusterTable& table, int64_t x, int64_t y);

// The percentile interval of `values` at `level`, as order statistics (so the interval of a log is
// the log's interval).
std::pair<double, double> PercentileInterval(std::vector<double> values, double level);

}  // namespace dsb
