// Resamples in which a ratio is not defined: a denominator that no drawn prompt has, a ratio of 0
// where its logarithm is asked for. The interval of the others would be that of the lucky ones.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace dsb {

// More than this and there is no interval.
inline constexpr double kMaxUndefinedShare = 0.01;

// Of `num_draws` resamples `defined` had a value.
inline bool TooManyUndefined(int64_t defined, int64_t num_draws) {
  return defined == 0 || static_cast<double>(num_draws - defined) >
                             kMaxUndefinedShare * static_cast<double>(num_draws);
}

// "no interval: undefined in 35.1 % of the resamples".
inline std::string UndefinedNote(int64_t defined, int64_t num_draws) {
  const double share =
      num_draws == 0 ? 1
                     : static_cast<double>(num_draws - defined) / static_cast<double>(num_draws);
  char text[16];
  std::snprintf(text, sizeof text, "%.1f", 100 * share);
  return "no interval: undefined in " + std::string(text) + " % of the resamples";
}

}  // namespace dsb
