#include <iterator>
#include <utility>

#include "results/metrics/rows.h"
#include "results/metrics/sheet.h"
#include "results/metrics/speed.h"
#include "results/statistics/cluster_percentile.h"

namespace dsb {
namespace {

constexpr double kQuantiles[] = {0.5, 0.9, 0.99};
constexpr const char* kSuffixes[] = {"_p50", "_p90", "_p99"};

// Of one value a request. Gives the 90th.
Estimate AddPercentiles(const std::string& metric, const std::string& scope,
                        const ClusterSamples& samples, MetricContext* context) {
  const std::vector<Estimate> estimates =
      samples.Percentiles(kQuantiles, context->options.bootstrap, scope);
  for (size_t q = 0; q < estimates.size(); ++q) {
    context->Add(estimates[q], metric + kSuffixes[q], scope);
  }
  return estimates[1];
}

// Of many values a request, which are correlated: the binomial interval would be too narrow.
void AddPercentilesOfGaps(const std::string& metric, const std::string& scope,
                          const std::vector<double>& samples, MetricContext* context) {
  for (size_t q = 0; q < std::size(kQuantiles); ++q) {
    Estimate estimate = Percentile(samples, kQuantiles[q], context->options.bootstrap.level);
    estimate.lo.reset();
    estimate.hi.reset();
    estimate.method = "none";
    context->Add(std::move(estimate), metric + kSuffixes[q], scope);
  }
}

}  // namespace

void AddTimingRows(const std::string& scope, const Selection& selection, MetricContext* context) {
  MetricSheet sheet(scope, {MetricKind::kTiming, MetricKind::kOutput},
                    {.reading_rates = context->options.stall_rates_tokens_per_s});
  ClusterSamples ttft, e2e, tpot;
  std::vector<double> gaps, token_gaps;
  for (const RequestRow* row : selection.timing) {
    RequestFacts* const facts = context->FactsOf(row);
    if (!facts->delivered()) continue;
    sheet.AddRow(*row, facts);
    AppendGaps(row->request, &gaps, &token_gaps);
    const auto add = [row](ClusterSamples& samples, double value) {
      samples.Add(row->prompt.dataset, ClusterOf(*row), value);
    };
    add(ttft, AsDouble(facts->timing.ttft_ns));
    add(e2e, AsDouble(facts->timing.e2e_ns));
    if (const std::optional<double> value = facts->timing.tpot()) add(tpot, *value);
  }
  sheet.AppendTo(context);
  AddPercentiles("ttft", scope, ttft, context);
  AddPercentiles("e2e", scope, e2e, context);
  Estimate slow = AddPercentiles("tpot", scope, tpot, context);
  AddPercentilesOfGaps("itl", scope, token_gaps, context);
  AddPercentilesOfGaps("burst_gap", scope, gaps, context);
  const auto invert = [&slow](std::optional<double>& ns_per_token) {
    if (!ns_per_token) return;
    if (*ns_per_token > 0) {
      ns_per_token = 1e9 / *ns_per_token;
    } else {
      ns_per_token.reset();
      slow.note = "n/a: decoding that took no time";
    }
  };
  std::swap(slow.lo, slow.hi);
  for (std::optional<double>* part : {&slow.value, &slow.lo, &slow.hi}) invert(*part);
  context->Add(std::move(slow), "slow_user_tokens_per_s", scope);
}

}  // namespace dsb
