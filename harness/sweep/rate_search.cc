#include "harness/sweep/rate_search.h"

#include <algorithm>
#include <cmath>

namespace dsb {

std::optional<double> RateSearch::Next() const {
  if (num_probes_ == options_.most_probes) return std::nullopt;
  if (!best_ && !failed_) return options_.first_per_s;
  if (!failed_) return 2 * *best_;
  const double least = std::ldexp(options_.first_per_s, -options_.most_halvings);
  if (!best_ && *failed_ / 2 < least) return std::nullopt;
  if (!best_) return *failed_ / 2;
  if (*failed_ <= options_.resolution * *best_) return std::nullopt;
  return std::sqrt(*best_ * *failed_);
}

void RateSearch::Tell(double rate_per_s, bool passes) {
  ++num_probes_;
  std::optional<double>& bound = passes ? best_ : failed_;
  if (!bound) bound = rate_per_s;
  bound = passes ? std::max(*bound, rate_per_s) : std::min(*bound, rate_per_s);
}

}  // namespace dsb
