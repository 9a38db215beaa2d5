#include "results/store/checked_reader.h"

#include <utility>

#include "results/store/store_impl.h"

namespace dsb {

CheckedRun ReadCheckedRun(const Store& store, int64_t run_id, const ReadOptions& options) {
  RunData data = ReadRun(store, run_id, options);
  data.metrics = ReadMetrics(store, run_id);
  return CheckRun(std::move(data));
}

std::vector<MetricRecord> ReadMetrics(const Store& store, int64_t run_id) {
  std::vector<MetricRecord> metrics;
  Rows row = store.impl()
                 .sql(
                     "SELECT metric, scope, unit, value, lo, hi, level, method, n, num_resamples, "
                     "statistics_seed, definition_version FROM metric WHERE run_id = ?")
                 .Query(run_id);
  while (row.Next()) {
    metrics.push_back({.run_id = run_id,
                       .metric = row.Text(0),
                       .scope = row.Text(1),
                       .unit = row.Text(2),
                       .estimate = {.value = row.OptionalReal(3),
                                    .lo = row.OptionalReal(4),
                                    .hi = row.OptionalReal(5),
                                    .level = row.OptionalReal(6).value_or(Estimate{}.level),
                                    .method = row.Text(7),
                                    .n = row.Int(8),
                                    .num_resamples = row.OptionalInt(9),
                                    .statistics_seed = row.OptionalInt(10)},
                       .definition_version = row.Int(11)});
  }
  return metrics;
}

}  // namespace dsb
