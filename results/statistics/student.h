// Student's t: quantiles, and the interval of a mean of few runs (measurement.md 7). Plain
// functions on numbers. Any thread.
#pragma once

#include <cstdint>
#include <span>

#include "results/statistics/estimate.h"

namespace dsb {

// The value below which a t with `degrees_of_freedom` >= 1 lies with probability p, in (0, 1), to
// 1e-9 of itself.
double StudentQuantile(double p, int64_t degrees_of_freedom);

// exp of the mean of `logs` with the t interval of that mean: of log ratios of pairs of runs, or of
// the logs of one figure over runs. Method t_runs, n the number of runs; below 2 no interval.
Estimate GeometricMean(std::span<const double> logs, double level = 0.95);

}  // namespace dsb
