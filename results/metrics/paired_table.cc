#include "results/metrics/paired_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "base/error.h"
#include "results/metrics/acceptance.h"
#include "results/metrics/selection.h"
#include "results/metrics/speed.h"

namespace dsb {
namespace {

double D(int64_t value) { return static_cast<double>(value); }

using PairKey = std::tuple<std::string, int64_t, int64_t>;

std::map<PairKey, const RequestRow*> TimedRequests(const RunData& data, const std::string& scope) {
  std::map<PairKey, const RequestRow*> rows;
  for (const RequestRow* row : Select(data, scope).timing) {
    if (!TimingOf(row->request)) continue;
    rows.emplace(PairKey{row->prompt.item_key, row->prompt.turn, row->request.repeat}, row);
  }
  return rows;
}

// Columns of one arm, two a metric, in this order.
enum RatioIndex : int64_t {
  kSpeed,
  kAcceptedLength,
  kStepTime,
  kTtft,
  kE2e,
  kUserE2e,
  kMeanRate,
  kBudget,
  kDraftUtilisation,
  kWastedVerify,
  kOutputTokens,
  kNumRatios,
};

constexpr std::string_view kNames[kNumRatios] = {"user_decode_tokens_per_s",
                                                 "accepted_length",
                                                 "step_time",
                                                 "ttft",
                                                 "e2e",
                                                 "user_e2e_tokens_per_s",
                                                 "mean_decode_rate",
                                                 "budget",
                                                 "draft_utilisation",
                                                 "wasted_verify",
                                                 "output_tokens"};

void AppendArm(const RequestRow& row, std::vector<double>* sums) {
  const RequestTiming timing = *TimingOf(row.request);
  const RoundCounts rounds = CountRounds(row.request.rounds);
  const double rate =
      timing.decode_ns > 0 ? D(timing.decode_tokens) / D(timing.decode_ns) * 1e9 : 0;
  const double values[2 * kNumRatios] = {
      D(timing.decode_tokens),
      D(timing.decode_ns) * 1e-9,  // speed
      D(timing.committed),
      D(timing.decode_rounds),  // accepted length
      D(timing.decode_ns),
      D(timing.decode_rounds),  // step time
      D(timing.ttft_ns),
      1,  // ttft
      D(timing.e2e_ns),
      1,  // e2e
      D(timing.tokens),
      D(timing.e2e_ns) * 1e-9,  // speed with ttft
      rate,
      timing.decode_ns > 0 ? 1.0 : 0.0,  // mean rate
      D(rounds.verified + rounds.rounds),
      D(rounds.rounds),  // budget
      D(rounds.accepted),
      D(rounds.verified),  // draft utilisation
      D(rounds.verified - rounds.accepted),
      D(rounds.verified + rounds.rounds),
      D(timing.tokens),
      1,
  };
  sums->insert(sums->end(), std::begin(values), std::end(values));
}

PairedColumns ColumnsOf(int64_t ratio, bool inverse) {
  const int64_t baseline = 2 * ratio, candidate = 2 * (kNumRatios + ratio);
  if (inverse) return {candidate + 1, candidate, baseline + 1, baseline};
  return {candidate, candidate + 1, baseline, baseline + 1};
}

std::optional<double> Quotient(double x, double y) {
  if (y == 0) return std::nullopt;
  return x / y;
}

int64_t RatioOf(std::string_view metric) {
  const auto found = std::find(std::begin(kNames), std::end(kNames), metric);
  DSB_CHECK(found != std::end(kNames));
  return found - std::begin(kNames);
}

}  // namespace

PairedTable::PairedTable(const RunData& baseline, const RunData& candidate,
                         const std::string& scope, const BootstrapOptions& options)
    : options_(options), table_(4 * kNumRatios) {
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

std::span<const std::string_view> PairedTable::Metrics() { return kNames; }

bool PairedTable::Has(std::string_view metric) {
  return std::find(std::begin(kNames), std::end(kNames), metric) != std::end(kNames);
}

ComparedMetric PairedTable::Compare(std::string_view metric) const {
  const PairedColumns columns = ColumnsOf(RatioOf(metric), false);
  const std::vector<double> totals = table_.Totals();
  const auto total = [&](int64_t column) { return totals[static_cast<size_t>(column)]; };
  return {std::string(metric), Quotient(total(columns.baseline_x), total(columns.baseline_y)),
          Quotient(total(columns.candidate_x), total(columns.candidate_y)), Ratio(metric)};
}

PairedEstimate PairedTable::Ratio(std::string_view metric, bool inverse) const {
  return PairedRatio(table_, resampled_, ColumnsOf(RatioOf(metric), inverse), options_);
}

std::vector<double> PairedTable::ResampledRatios(std::string_view metric) const {
  const PairedColumns columns = ColumnsOf(RatioOf(metric), false);
  const auto width = static_cast<size_t>(table_.num_columns());
  std::vector<double> ratios;
  for (size_t r = 0; r < resampled_.size(); r += width) {
    const auto total = [&](int64_t column) { return resampled_[r + static_cast<size_t>(column)]; };
    const double ratio = total(columns.candidate_x) / total(columns.candidate_y) /
                         (total(columns.baseline_x) / total(columns.baseline_y));
    if (ratio > 0 && std::isfinite(ratio)) ratios.push_back(ratio);
  }
  return ratios;
}

}  // namespace dsb
