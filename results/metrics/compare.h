// Two arms on the same prompts (measurement.md 4 and 7): every headline metric as a paired ratio,
// and the speed-up as the product of its accepted-length and step-time factors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/metrics/metrics.h"
#include "results/statistics/paired.h"

namespace dsb {

// Note of a time's ratio that rests on one run a side under load.
inline constexpr const char* kWithinRunNote =
    "one run a side under load: what differs between runs is not known (dsbench sweep)";

// Requests are paired by item key, turn and repeat; only measured requests that finished in both
// arms count.
struct PairCounts {
  int64_t pairs = 0;
  int64_t only_baseline = 0, only_candidate = 0;  // dropped
  // More than 2 % dropped is not comparable.
  double dropped_share() const;
  bool comparable() const { return pairs > 0 && dropped_share() <= 0.02; }
};

struct ComparedMetric {
  std::string metric;
  std::optional<double> baseline, candidate;  // over the pairs
  PairedEstimate ratio;                       // candidate / baseline
};

// speedup = accepted_length_factor x step_time_factor x (1 + residual). All over the same requests:
// tau = sum c / rounds and step_time = sum (t_B - t_1) / rounds, so the residual is 0 unless
// delivered and committed tokens differ (a first burst that holds a round's tokens, or a server
// whose tokens were counted from text). Of an engine that reports no rounds there are no factors.
struct SpeedupFactors {
  PairedEstimate speedup;                 // user_decode_tokens_per_s, candidate / baseline
  PairedEstimate accepted_length_factor;  // tau_c / tau_b
  PairedEstimate step_time_factor;        // step_time_b / step_time_c
  std::optional<double> residual;
};

struct ArmComparison {
  std::string scope;
  PairCounts counts;
  int64_t prompts = 0;  // clusters: the n of the intervals
  SpeedupFactors factors;
  std::vector<ComparedMetric> metrics;
};

// `scope` as in metrics.h: all, domain:..., dataset:...
ArmComparison CompareArms(const CheckedRun& baseline, const CheckedRun& candidate,
                          const std::string& scope, const MetricOptions& options = {});

}  // namespace dsb
