// A metric as its table has it: the estimate's parts side by side, its level only with an interval.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/records.h"

namespace dsb {

struct MetricRow {
  int64_t run_id = 0;
  std::string metric, scope, unit;
  std::optional<double> value, lo, hi, level;
  std::string method;
  int64_t n = 0;
  std::optional<int64_t> num_resamples, statistics_seed;
  int64_t definition_version = 0;
};

MetricRow RowOf(const MetricRecord& record);
MetricRecord RecordOf(const MetricRow& row);

}  // namespace dsb
