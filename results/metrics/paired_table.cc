#include "results/metrics/paired_table.h"

#include <map>
#include <set>
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

PairKey KeyOf(const RequestRow& row) {
  return {row.prompt.item_key, row.prompt.turn, row.request.repeat};
}

// What came to its end, inside the window of a load or not.
std::set<PairKey> EndedRequests(const RunData& data) {
  std::set<PairKey> keys;
  for (const RequestRow& row : data.requests) {
    if (IsTimed(row.request) && TimingOf(row.request)) keys.insert(KeyOf(row));
  }
  return keys;
}

std::map<PairKey, const RequestRow*> TimedRequests(const RunData& data, const std::string& scope) {
  std::map<PairKey, const RequestRow*> rows;
  for (const RequestRow* row : Select(data, scope).timing) {
    if (!TimingOf(row->request)) continue;
    // In the order of issue: of a request that was asked again the last answer counts.
    rows[KeyOf(*row)] = row;
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
    : under_load_(baseline->run.arrival || candidate->run.arrival),
      options_(options),
      table_(2 * NumArmColumns()) {
  const auto baseline_rows = TimedRequests(baseline, scope);
  const auto candidate_rows = TimedRequests(candidate, scope);
  // Outside one side's window a request is left out of both, and not dropped.
  std::set<PairKey> baseline_ended, candidate_ended;
  if (under_load_) baseline_ended = EndedRequests(baseline);
  if (under_load_) candidate_ended = EndedRequests(candidate);
  for (const auto& [key, row] : candidate_rows) {
    if (!baseline_rows.contains(key) && !baseline_ended.contains(key)) ++counts_.only_candidate;
  }
  for (const auto& [key, row] : baseline_rows) {
    const auto other = candidate_rows.find(key);
    if (other == candidate_rows.end()) {
      if (!candidate_ended.contains(key)) ++counts_.only_baseline;
      continue;
    }
    ++counts_.pairs;
    std::vector<double> sums;
    AppendArm(*row, &sums);
    AppendArm(*other->second, &sums);
    table_.Add(row->prompt.dataset, ClusterOf(*row), sums);
  }
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
  PairedEstimate estimate = PairedRatio(table_, resampled_, ColumnsOf(metric, inverse), options_);
  if (!under_load_ || FindCompared(metric)->kind != MetricKind::kTiming) return estimate;
  if (!estimate.ratio.value) return estimate;
  estimate.ratio.lo.reset();
  estimate.ratio.hi.reset();
  estimate.ratio.method = "none";
  estimate.ratio.num_resamples.reset();
  estimate.ratio.statistics_seed.reset();
  estimate.ratio.note = kWithinRunNote;
  estimate.correlation.reset();
  estimate.variance_saved.reset();
  return estimate;
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
