#include "results/store/metric_row.h"

namespace dsb {

MetricRow RowOf(const MetricRecord& record) {
  const Estimate& estimate = record.estimate;
  return {.run_id = record.run_id,
          .metric = record.metric,
          .scope = record.scope,
          .unit = record.unit,
          .value = estimate.value,
          .lo = estimate.lo,
          .hi = estimate.hi,
          .level = estimate.interval_level(),
          .method = estimate.method,
          .n = estimate.n,
          .num_resamples = estimate.num_resamples,
          .statistics_seed = estimate.statistics_seed,
          .definition_version = record.definition_version};
}

MetricRecord RecordOf(const MetricRow& row) {
  return {.run_id = row.run_id,
          .metric = row.metric,
          .scope = row.scope,
          .unit = row.unit,
          .estimate = {.value = row.value,
                       .lo = row.lo,
                       .hi = row.hi,
                       .level = row.level.value_or(Estimate{}.level),
                       .method = row.method,
                       .n = row.n,
                       .num_resamples = row.num_resamples,
                       .statistics_seed = row.statistics_seed},
          .definition_version = row.definition_version};
}

}  // namespace dsb
