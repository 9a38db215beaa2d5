#include "results/metrics/paired_table.h"

#include <map>
#include <span>
#include <tuple>

#include "base/error.h"
#include "results/metrics/catalogue.h"
#include "results/metrics/selection.h"
#include "results/metrics/speed.h"
#include "results/statistics/undefined_draws.h"

namespace dsb {
namespace {

using PairKey = std::tuple<std::string, int64_t, int64_t>;

std::map<PairKey, const RequestRow*> TimedRequests(const RunData& data, const std::string& scope) {
  std::map<PairKey, const RequestRow*> rows;
  for (const RequestRow* row : Select(data, scope).timing) {
    if (!TimingOf(row->request)) continue;
    // In the order of issue: of a request that was asked again the last answer counts.
    rows[{row->prompt.item_key, row->prompt.turn, row->request.repeat}] = row;
  }
  return rows;
}

// Columns of one arm: numerator and denominator of each compared metric in turn.
int64_t NumArmColumns() { return 2 * static_cast<int64_t>(ComparedMetrics().size()); }

void AppendArm(const RequestRow& row, std::vector<double>* sums) {
  const RequestFacts facts = FactsOf(row.request);
  for (const MetricDefinition* metric : ComparedMetrics()) {
    sums->push_back(metric->numerator(facts));
    sums->push_back(metric->denominator(facts));
  }
}

PairedColumns ColumnsOf(std::string_view metric, bool inverse) {
  const MetricDefinition* const found = FindCompared(metric);
  DSB_CHECK(found != nullptr);
  const int64_t baseline = 2 * (found->compared - 1), candidate = NumArmColumns() + baseline;
  if (inverse) return {candidate + 1, candidate, baseline + 1, baseline};
  return {candidate, candidate + 1, baseline, baseline + 1};
}

std::optional<double> Quotient(double x, double y) {
  if (y == 0) return std::nullopt;
  return x / y;
}

}  // namespace

PairedTable::PairedTable(const CheckedRun& baseline, const CheckedRun& candidate,
                         const std::string& scope, const BootstrapOptions& options)
    : options_(options), table_(2 * NumArmColumns()) {
  const auto baseline_rows = TimedRequests(baseline, scope);
  const auto candidate_rows = TimedRequests(candidate, scope);
  for (const auto& [key, row] : baseline_rows) {
    const auto other = candidate_rows.find(key);
    if (other == candidate_rows.end()) {
      ++counts_.only_baseline;
      continue;
    }
    ++counts_.pairs;
    std::vector<double> sums;
    AppendArm(*row, &sums);
    AppendArm(*other->second, &sums);
    table_.Add(row->prompt.dataset, ClusterOf(*row), sums);
  }
  counts_.only_candidate = static_cast<int64_t>(candidate_rows.size()) - counts_.pairs;
  if (prompts() >= kMinPromptsForInterval) {
    resampled_ = ResampleTotals(table_, options_, scope, 0, options_.num_resamples);
  }
}

ComparedMetric PairedTable::Compare(std::string_view metric) const {
  const PairedColumns columns = ColumnsOf(metric, false);
  const std::vector<double> totals = table_.Totals();
  const auto total = [&](int64_t column) { return totals[static_cast<size_t>(column)]; };
  return {std::string(metric), Quotient(total(columns.baseline_x), total(columns.baseline_y)),
          Quotient(total(columns.candidate_x), total(columns.candidate_y)), Ratio(metric)};
}

PairedEstimate PairedTable::Ratio(std::string_view metric, bool inverse) const {
  return PairedRatio(table_, resampled_, ColumnsOf(metric, inverse), options_);
}

std::vector<double> PairedTable::ResampledRatios(std::string_view metric) const {
  const PairedColumns columns = ColumnsOf(metric, false);
  const auto width = static_cast<size_t>(table_.num_columns());
  const std::span<const double> resampled = resampled_;
  std::vector<double> ratios;
  for (size_t r = 0; r < resampled.size(); r += width) {
    const std::optional<double> ratio = RatioOfTotals(resampled.subspan(r, width), columns);
    if (ratio) ratios.push_back(*ratio);
  }
  const bool too_many = TooManyUndefined(static_cast<int64_t>(ratios.size()),
                                         static_cast<int64_t>(resampled.size() / width));
  return too_many ? std::vector<double>{} : ratios;
}

}  // namespace dsb
