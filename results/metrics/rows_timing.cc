#include <utility>

#include "results/metrics/rows.h"
#include "results/metrics/sheet.h"
#include "results/metrics/speed.h"

namespace dsb {
namespace {

void AddPercentiles(const std::string& metric, const std::string& scope,
                    const std::vector<double>& samples, bool independent, MetricContext* context) {
  for (const auto& [suffix, p] : {std::pair{"_p50", 0.5}, {"_p90", 0.9}, {"_p99", 0.99}}) {
    Estimate estimate = Percentile(samples, p, context->options.bootstrap.level);
    if (!independent) {
      // Gaps of one request are correlated: the binomial interval would be too narrow.
      estimate.lo.reset();
      estimate.hi.reset();
      estimate.method = "none";
    }
    context->Add(std::move(estimate), metric + suffix, scope);
  }
}

}  // namespace

void AddTimingRows(const std::string& scope, const Selection& selection, MetricContext* context) {
  MetricSheet sheet(scope, {MetricKind::kTiming, MetricKind::kOutput},
                    {.reading_rates = context->options.stall_rates_tokens_per_s});
  std::vector<double> ttft, e2e, tpot, gaps, token_gaps;
  for (const RequestRow* row : selection.timing) {
    RequestFacts* const facts = context->FactsOf(row);
    if (!facts->delivered()) continue;
    sheet.AddRow(*row, facts);
    AppendGaps(row->request, &gaps, &token_gaps);
    ttft.push_back(AsDouble(facts->timing.ttft_ns));
    e2e.push_back(AsDouble(facts->timing.e2e_ns));
    if (const std::optional<double> value = facts->timing.tpot()) tpot.push_back(*value);
  }
  sheet.AppendTo(context);
  AddPercentiles("ttft", scope, ttft, true, context);
  AddPercentiles("e2e", scope, e2e, true, context);
  AddPercentiles("tpot", scope, tpot, true, context);
  AddPercentiles("itl", scope, token_gaps, false, context);
  AddPercentiles("burst_gap", scope, gaps, false, context);
  Estimate slow = Percentile(tpot, 0.9, context->options.bootstrap.level);
  if (slow.value) slow.value = 1e9 / *slow.value;
  std::swap(slow.lo, slow.hi);
  if (slow.lo) slow.lo = 1e9 / *slow.lo;
  if (slow.hi) slow.hi = 1e9 / *slow.hi;
  context->Add(std::move(slow), "slow_user_tokens_per_s", scope);
}

}  // namespace dsb
