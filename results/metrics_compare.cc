#include "results/metrics_compare.h"

#include <map>
#include <tuple>

#include "results/metrics_acceptance.h"
#include "results/metrics_selection.h"
#include "results/metrics_speed.h"

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
enum Ratio : int64_t {
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

constexpr const char* kNames[kNumRatios] = {"user_decode_tokens_per_s",
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

}  // namespace

double PairCounts::dropped_share() const {
  const int64_t dropped = only_baseline + only_candidate;
  return pairs + dropped == 0 ? 0 : D(dropped) / D(pairs + dropped);
}

ArmComparison CompareArms(const RunData& baseline, const RunData& candidate,
                          const std::string& scope, const MetricOptions& options) {
  ArmComparison result;
  result.scope = scope;
  const auto baseline_rows = TimedRequests(baseline, scope);
  const auto candidate_rows = TimedRequests(candidate, scope);
  ClusterTable table(4 * kNumRatios);
  for (const auto& [key, row] : baseline_rows) {
    const auto other = candidate_rows.find(key);
    if (other == candidate_rows.end()) {
      ++result.counts.only_baseline;
      continue;
    }
    ++result.counts.pairs;
    std::vector<double> sums;
    AppendArm(*row, &sums);
    AppendArm(*other->second, &sums);
    table.Add(row->prompt.dataset, ClusterOf(*row), sums);
  }
  result.counts.only_candidate = static_cast<int64_t>(candidate_rows.size()) - result.counts.pairs;
  result.prompts = table.num_clusters();

  const BootstrapOptions& bootstrap = options.bootstrap;
  std::vector<double> resampled;
  if (table.num_clusters() >= kMinPromptsForInterval) {
    resampled = ResampleTotals(table, bootstrap, scope, 0, bootstrap.num_resamples);
  }
  const std::vector<double> totals = table.Totals();
  const auto total = [&](int64_t column) { return totals[static_cast<size_t>(column)]; };
  for (int64_t ratio = 0; ratio < kNumRatios; ++ratio) {
    const PairedColumns columns = ColumnsOf(ratio, false);
    result.metrics.push_back({kNames[ratio],
                              Quotient(total(columns.baseline_x), total(columns.baseline_y)),
                              Quotient(total(columns.candidate_x), total(columns.candidate_y)),
                              PairedRatio(table, resampled, columns, bootstrap)});
  }
  SpeedupFactors& factors = result.factors;
  factors.speedup = PairedRatio(table, resampled, ColumnsOf(kSpeed, false), bootstrap);
  factors.accepted_length_factor =
      PairedRatio(table, resampled, ColumnsOf(kAcceptedLength, false), bootstrap);
  factors.step_time_factor = PairedRatio(table, resampled, ColumnsOf(kStepTime, true), bootstrap);
  const auto& speedup = factors.speedup.ratio.value;
  const auto& length = factors.accepted_length_factor.ratio.value;
  const auto& step = factors.step_time_factor.ratio.value;
  if (speedup && length && step) factors.residual = *speedup / (*length * *step) - 1;
  return result;
}

}  // namespace dsb
