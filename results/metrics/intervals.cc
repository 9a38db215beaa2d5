#include "results/metrics/intervals.h"

#include <algorithm>
#include <cmath>

#include "results/metrics/metrics.h"

namespace dsb {
namespace {

bool AnswersTheSame(const MetricRecord& row, const Estimate& ratio,
                    const BootstrapOptions& options) {
  const Estimate& stored = row.estimate;
  return row.definition_version == kMetricDefinitionVersion && stored.value &&
         stored.value == ratio.value && stored.n == ratio.n && stored.level == options.level &&
         stored.num_resamples &&
         stored.statistics_seed == static_cast<int64_t>(options.statistics_seed) && stored.lo &&
         stored.hi && std::isfinite(*stored.lo) && std::isfinite(*stored.hi) &&
         *stored.lo <= *stored.value && *stored.value <= *stored.hi &&
         stored.method == "cluster_bootstrap";
}

// The rows of `ratios`, or none if one does not serve.
std::vector<const MetricRecord*> RowsOf(const std::vector<Estimate>& ratios,
                                        std::span<const RatioKey> keys,
                                        const BootstrapOptions& options,
                                        std::span<const MetricRecord> stored) {
  std::vector<const MetricRecord*> rows(ratios.size(), nullptr);
  int64_t most = 0;
  for (size_t i = 0; i < ratios.size(); ++i) {
    if (!ratios[i].value) continue;
    rows[i] = FindMetric(stored, keys[i].metric, keys[i].scope);
    if (rows[i] == nullptr || !AnswersTheSame(*rows[i], ratios[i], options)) return {};
    most = std::max(most, *rows[i]->estimate.num_resamples);
  }
  return most == options.num_resamples ? rows : std::vector<const MetricRecord*>{};
}

}  // namespace

std::vector<Estimate> RatiosWithIntervals(const ClusterTable& table, const std::string& sample,
                                          std::span<const RatioKey> keys,
                                          const BootstrapOptions& options,
                                          std::span<const MetricRecord> stored) {
  std::vector<Estimate> ratios;
  const auto column = [](size_t i) { return 2 * static_cast<int64_t>(i); };
  for (size_t i = 0; i < keys.size(); ++i) {
    ratios.push_back(PlainRatio(table, column(i), column(i) + 1, options));
  }
  if (table.num_clusters() < kMinPromptsForInterval) return ratios;
  const std::vector<const MetricRecord*> rows = RowsOf(ratios, keys, options, stored);
  if (rows.empty()) {
    const std::vector<double> totals =
        ResampleTotals(table, options, sample, 0, options.num_resamples);
    for (size_t i = 0; i < keys.size(); ++i) {
      ratios[i] = RatioOfSums(table, totals, column(i), column(i) + 1, options);
    }
    return ratios;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (rows[i] == nullptr) continue;
    ratios[i] = rows[i]->estimate;
    DoubtInterval(table, column(i), column(i) + 1, &ratios[i]);
  }
  return ratios;
}

}  // namespace dsb
