// One row of the metric table.
#pragma once

#include <cstdint>
#include <string>

#include "results/statistics/estimate.h"

namespace dsb {

// Of the metrics' formulas: rows of another version are not these figures.
inline constexpr int64_t kMetricDefinitionVersion = 1;

struct MetricRecord {
  int64_t run_id = 0;
  std::string metric, scope, unit;  // scope: all, dataset:..., domain:..., position:k, slo:...
  Estimate estimate;                // stored without its note, its level only with an interval
  int64_t definition_version = kMetricDefinitionVersion;
};

}  // namespace dsb
