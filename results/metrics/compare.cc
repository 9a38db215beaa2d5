#include "results/metrics/compare.h"

#include "results/metrics/paired_table.h"

namespace dsb {

double PairCounts::dropped_share() const {
  const int64_t dropped = only_baseline + only_candidate;
  if (dropped == 0) return 0;
  return static_cast<double>(dropped) / static_cast<double>(pairs + dropped);
}

ArmComparison CompareArms(const CheckedRun& baseline, const CheckedRun& candidate,
                          const std::string& scope, const MetricOptions& options) {
  const PairedTable table(baseline, candidate, scope, options.bootstrap);
  ArmComparison result;
  result.scope = scope;
  result.counts = table.counts();
  result.prompts = table.prompts();
  for (const MetricDefinition* metric : ComparedMetrics()) {
    result.metrics.push_back(table.Compare(metric->metric));
  }
  SpeedupFactors& factors = result.factors;
  factors.speedup = table.Ratio("user_decode_tokens_per_s");
  factors.accepted_length_factor = table.Ratio("accepted_length");
  factors.step_time_factor = table.Ratio("step_time", true);
  const auto& speedup = factors.speedup.ratio.value;
  const auto& length = factors.accepted_length_factor.ratio.value;
  const auto& step = factors.step_time_factor.ratio.value;
  if (speedup && length && step) factors.residual = *speedup / (*length * *step) - 1;
  return result;
}

}  // namespace dsb
