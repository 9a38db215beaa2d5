#include "results/metrics/intervals.h"

#include <algorithm>
#include <cmath>

#include "results/metrics/metrics.h"
#include "results/statistics/undefined_draws.h"

namespace dsb {
namespace {

bool Encloses(const Estimate& estimate) {
  return estimate.lo && estimate.hi && std::isfinite(*estimate.lo) && std::isfinite(*estimate.hi) &&
         *estimate.lo <= *estimate.value && *estimate.value <= *estimate.hi;
}

bool AnswersTheSame(const MetricRecord& row, const Estimate& ratio,
                    const BootstrapOptions& options) {
  const Estimate& stored = row.estimate;
  const bool same = row.definition_version == kMetricDefinitionVersion && stored.value &&
                    stored.value == ratio.value && stored.n == ratio.n && stored.num_resamples &&
                    stored.statistics_seed == static_cast<int64_t>(options.statistics_seed);
  if (!same) return false;
  // A level is stored with an interval only.
  if (TooManyUndefined(*stored.num_resamples, options.num_resamples)) {
    return !stored.has_interval() && stored.method == "none";
  }
  return stored.level == options.level && stored.method == "cluster_bootstrap" && Encloses(stored);
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
    ratios[i].level = options.level;
    if (!ratios[i].has_interval()) {
      ratios[i].note = UndefinedNote(*ratios[i].num_resamples, options.num_resamples);
    }
    DoubtInterval(table, column(i), column(i) + 1, &ratios[i]);
  }
  return ratios;
}

}  // namespace dsb
