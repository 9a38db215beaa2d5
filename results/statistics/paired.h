// Paired comparison of two arms on the same prompts (measurement.md 7): one index vector is drawn
// and applied to both arms, so what the prompts have in common cancels. Also the interval of any
// product of such ratios.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "results/statistics/bootstrap.h"

namespace dsb {

// Columns of one table that form (x_c / y_c) / (x_b / y_b): b the baseline arm, c the candidate.
struct PairedColumns {
  int64_t candidate_x = 0, candidate_y = 0;
  int64_t baseline_x = 0, baseline_y = 0;
};

struct PairedEstimate {
  Estimate ratio;  // method paired_bootstrap, interval on the log ratio
  // Over the resamples, of the arms' log values; empty without an interval or without any spread.
  std::optional<double> correlation;
  std::optional<double> variance_saved;  // 1 - var(paired) / var(unpaired)
};

// The ratio of one row of totals; empty where it or one of its sides is 0 or no number: no
// logarithm.
std::optional<double> RatioOfTotals(std::span<const double> totals, const PairedColumns& columns);

// The table holds both arms' sums of each prompt in one row; `totals` as in RatioOfSums. No value
// if a sum is 0. Resamples without a ratio are counted out of num_resamples; of too many there is
// no interval (undefined_draws.h). Every estimate without an interval has a note.
PairedEstimate PairedRatio(const ClusterTable& table, std::span<const double> totals,
                           const PairedColumns& columns, const BootstrapOptions& options);

}  // namespace dsb
