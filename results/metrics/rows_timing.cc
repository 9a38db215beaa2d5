#include <cmath>
#include <utility>

#include "base/error.h"
#include "results/metrics/rows.h"
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
    context->Add(estimate, metric + suffix, scope);
  }
}

// Numerator and denominator of each timing ratio, in the order of kTimingRatios.
std::vector<double> TimingSums(const RequestRow& row, const RequestTiming& timing,
                               double num_bursts, const MetricOptions& options) {
  const double decodes = timing.decode_tokens > 0 ? 1 : 0;
  const double rate =
      timing.decode_ns > 0 ? AsDouble(timing.decode_tokens) / AsDouble(timing.decode_ns) * 1e9 : 0;
  std::vector<double> sums{
      AsDouble(timing.ttft_ns),
      1,
      AsDouble(timing.ttft_from_issue_ns),
      1,
      AsDouble(timing.e2e_ns),
      1,
      AsDouble(timing.e2e_from_issue_ns),
      1,
      AsDouble(timing.queue_delay_ns.value_or(0)),
      timing.queue_delay_ns ? 1.0 : 0.0,
      AsDouble(timing.decode_ns),
      AsDouble(timing.decode_tokens),
      AsDouble(timing.e2e_ns),
      AsDouble(timing.tokens),
      AsDouble(timing.decode_ns),
      AsDouble(timing.decode_tokens),
      AsDouble(timing.decode_ns),
      num_bursts - 1,
      AsDouble(timing.decode_tokens),
      AsDouble(timing.decode_ns) * 1e-9,
      rate,
      timing.decode_ns > 0 ? decodes : 0,
      AsDouble(timing.tokens),
      AsDouble(timing.e2e_ns) * 1e-9,
      AsDouble(timing.decode_ns),
      AsDouble(timing.decode_rounds),
      AsDouble(timing.tokens),
      1,
  };
  for (const double reader : options.stall_rates_tokens_per_s) {
    sums.push_back(StallNs(row.request, reader));
    sums.push_back(AsDouble(timing.decode_ns));
  }
  return sums;
}

std::string RateName(double tokens_per_s) {
  std::string name = std::to_string(tokens_per_s);
  name.erase(name.find_last_not_of('0') + 1);
  if (name.back() == '.') name.pop_back();
  return name;
}

}  // namespace

void AddTimingRows(const std::string& scope, const Selection& selection, MetricContext* context) {
  MetricSheet sheet;
  for (const char* metric :
       {"ttft", "ttft_from_issue", "e2e", "e2e_from_issue", "queue_delay", "tpot", "tpot_with_ttft",
        "itl", "burst_gap", "user_decode_tokens_per_s", "mean_decode_rate", "user_e2e_tokens_per_s",
        "step_time", "output_tokens"}) {
    sheet.AddRatio(metric);
  }
  for (const double rate : context->options.stall_rates_tokens_per_s) {
    sheet.AddRatio("stall_fraction_" + RateName(rate));
  }
  std::vector<double> ttft, e2e, tpot, gaps, token_gaps;
  double decode_ns = 0, decode_tokens = 0;
  for (const RequestRow* row : selection.timing) {
    const std::optional<RequestTiming> timing = TimingOf(row->request);
    if (!timing) continue;
    const size_t gaps_before = gaps.size();
    AppendGaps(row->request, &gaps, &token_gaps);
    const double num_bursts = AsDouble(static_cast<int64_t>(gaps.size() - gaps_before)) + 1;
    sheet.AddRow(*row, TimingSums(*row, *timing, num_bursts, context->options));
    ttft.push_back(AsDouble(timing->ttft_ns));
    e2e.push_back(AsDouble(timing->e2e_ns));
    if (const std::optional<double> value = timing->tpot()) tpot.push_back(*value);
    decode_ns += AsDouble(timing->decode_ns);
    decode_tokens += AsDouble(timing->decode_tokens);
  }
  // The token-weighted gaps are the decode time, cut differently: their mean is the pooled tpot.
  double token_gap_sum = 0;
  for (const double gap : token_gaps) token_gap_sum += gap;
  DSB_CHECK(AsDouble(static_cast<int64_t>(token_gaps.size())) == decode_tokens);
  DSB_CHECK(std::abs(token_gap_sum - decode_ns) <= 1e-9 * decode_ns);
  sheet.Append(scope, context->options, context->data.run.id, &context->metrics, context->notes);
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
  context->Add(slow, "slow_user_tokens_per_s", scope);
}

}  // namespace dsb
