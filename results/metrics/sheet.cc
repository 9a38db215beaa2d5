#include "results/metrics/sheet.h"

#include <utility>

#include "base/error.h"
#include "results/metrics/selection.h"

namespace dsb {

std::string JoinScope(const std::string& scope, const std::string& part) {
  if (part.empty()) return scope;
  return scope == "all" ? part : scope + "/" + part;
}

void MetricSheet::AddRatio(std::string metric, std::string part) {
  DSB_CHECK(!table_.has_value());
  names_.push_back({std::move(metric), std::move(part)});
}

void MetricSheet::AddRow(const RequestRow& row, const std::vector<double>& sums) {
  if (!table_) table_.emplace(2 * num_ratios());
  table_->Add(row.prompt.dataset, ClusterOf(row), sums);
}

void MetricSheet::Append(const std::string& scope, const MetricOptions& options, int64_t run_id,
                         std::vector<MetricRecord>* metrics, std::vector<MetricNote>* notes) const {
  const ClusterTable empty(2 * num_ratios());
  const ClusterTable& table = table_ ? *table_ : empty;
  const BootstrapOptions& bootstrap = options.bootstrap;
  std::vector<double> totals;
  if (table.num_clusters() >= kMinPromptsForInterval) {
    totals = ResampleTotals(table, bootstrap, scope, 0, bootstrap.num_resamples);
  }
  for (int64_t i = 0; i < num_ratios(); ++i) {
    const Name& name = names_[static_cast<size_t>(i)];
    AppendMetric(RatioOfSums(table, totals, 2 * i, 2 * i + 1, bootstrap), name.metric,
                 JoinScope(scope, name.part), run_id, metrics, notes);
  }
}

void AppendMetric(const Estimate& estimate, std::string metric, std::string scope, int64_t run_id,
                  std::vector<MetricRecord>* metrics, std::vector<MetricNote>* notes) {
  MetricRecord record;
  record.run_id = run_id;
  record.unit = DefinitionOf(metric).unit;
  record.value = estimate.value;
  record.lo = estimate.lo;
  record.hi = estimate.hi;
  if (estimate.lo || estimate.hi) record.level = estimate.level;
  record.method = estimate.method;
  record.n = estimate.n;
  record.num_resamples = estimate.num_resamples;
  record.statistics_seed = estimate.statistics_seed;
  if (notes != nullptr && !estimate.note.empty()) notes->push_back({metric, scope, estimate.note});
  record.metric = std::move(metric);
  record.scope = std::move(scope);
  metrics->push_back(std::move(record));
}

}  // namespace dsb
