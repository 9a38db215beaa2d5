#include <array>

#include "base/error.h"
#include "results/metrics/metrics.h"

namespace dsb {
namespace {

constexpr auto kCatalogue = std::to_array<MetricDefinition>({
    {"accepted_length", "token/round", 1, "sum c / rounds"},
    {"accepted_length_per_request", "token/round", 1, "mean over requests of (sum c / rounds)"},
    {"accepted_drafts", "token/round", 1, "sum a / rounds"},
    {"verify_rate", "1", 1, "sum c / (sum p + rounds)"},
    {"draft_utilisation", "1", 1, "sum a / sum v"},
    {"budget", "token/round", 0, "sum (v + 1) / rounds"},
    {"wasted_verify", "1", -1, "sum (v - a) / sum (v + 1)"},
    {"survival", "1", 1, "#(a >= k) / #(v >= k)"},
    {"conditional_acceptance", "1", 1, "#(a >= k) / #(a >= k-1 and v >= k)"},
    {"accept_histogram", "round", 0, "rounds with a accepted drafts"},
    {"confidence_ece", "1", -1, "expected calibration error of the survival probability, 20 bins"},
    {"confidence_auc", "1", 1, "area under the ROC curve, 1000 bins"},
    {"confidence_brier", "1", -1, "mean (survival probability - outcome)^2"},
    {"ttft", "ns", -1, "mean of t_1 - s"},
    {"ttft_p50", "ns", -1, "median of t_1 - s"},
    {"ttft_p90", "ns", -1, "90th percentile of t_1 - s"},
    {"ttft_p99", "ns", -1, "99th percentile of t_1 - s"},
    {"ttft_from_issue", "ns", -1, "mean of t_1 - q"},
    {"e2e", "ns", -1, "mean of f - s"},
    {"e2e_p50", "ns", -1, "median of f - s"},
    {"e2e_p90", "ns", -1, "90th percentile of f - s"},
    {"e2e_p99", "ns", -1, "99th percentile of f - s"},
    {"e2e_from_issue", "ns", -1, "mean of f - q"},
    {"queue_delay", "ns", -1, "mean of a - s"},
    {"tpot", "ns/token", -1, "sum (t_B - t_1) / sum (n - k_1)"},
    {"tpot_p50", "ns/token", -1, "median over requests of (t_B - t_1) / (n - k_1)"},
    {"tpot_p90", "ns/token", -1, "90th percentile over requests of (t_B - t_1) / (n - k_1)"},
    {"tpot_p99", "ns/token", -1, "99th percentile over requests of (t_B - t_1) / (n - k_1)"},
    {"tpot_with_ttft", "ns/token", -1, "sum (t_B - s) / sum n"},
    {"itl", "ns/token", -1, "mean of burst gap / k, one sample a token"},
    {"itl_p50", "ns/token", -1, "median of burst gap / k, one sample a token"},
    {"itl_p90", "ns/token", -1, "90th percentile of burst gap / k, one sample a token"},
    {"itl_p99", "ns/token", -1, "99th percentile of burst gap / k, one sample a token"},
    {"burst_gap", "ns", -1, "mean of t_b - t_(b-1)"},
    {"burst_gap_p50", "ns", -1, "median of t_b - t_(b-1)"},
    {"burst_gap_p90", "ns", -1, "90th percentile of t_b - t_(b-1)"},
    {"burst_gap_p99", "ns", -1, "99th percentile of t_b - t_(b-1)"},
    {"user_decode_tokens_per_s", "token/s", 1, "sum (n - k_1) / sum (t_B - t_1)"},
    {"mean_decode_rate", "token/s", 1, "mean over requests of (n - k_1) / (t_B - t_1)"},
    {"slow_user_tokens_per_s", "token/s", 1, "1 / 90th percentile of tpot"},
    {"user_e2e_tokens_per_s", "token/s", 1, "sum n / sum (f - s)"},
    {"step_time", "ns/round", -1, "sum (t_B - t_1) / rounds"},
    {"stall_fraction", "1", -1, "share of [t_1, t_B] in which a reader of that rate waits"},
    {"output_tokens", "token/request", 0, "sum n / requests"},
    {"output_tokens_per_s", "token/s", 1,
     "tokens in the window / its length; closed loop and batch: the time with a measured request "
     "in flight"},
    {"requests_per_s", "request/s", 1, "measured requests finished in the window / its length"},
    {"mean_concurrency", "request", 0, "time average of requests with s <= t < f over the window"},
    {"mean_decode_concurrency", "request", 0,
     "time average of requests with t_1 <= t < t_B over the window"},
    {"step_wall", "ns/step", -1, "mean wall time of the engine's steps"},
    {"phase_wall", "ns/step", -1, "wall time of the phase / steps"},
    {"phase_wall_share", "1", 0, "wall time of the phase / wall time of all steps"},
    {"phase_cpu_share", "1", 0, "thread CPU time of the phase / that of all phases"},
    {"parallel_efficiency", "1", 1, "thread CPU time / (wall time x threads)"},
    {"device_time_per_token", "ns/token", -1,
     "device time / delivered tokens: kernel durations (device_time_source cupti), time between "
     "events (cuda_event) or thread CPU time (cpu_thread)"},
    {"device_time_per_step", "ns/step", -1, "the same device time / steps"},
    {"device_busy_per_token", "ns/token", -1,
     "time in which the device did anything / delivered tokens; CPU: thread CPU time / threads"},
    {"device_busy_share", "1", 0,
     "time in which the device did anything / wall time of the steps; CPU: thread CPU time / "
     "(wall time x threads)"},
    {"device_idle_share", "1", -1, "1 - device_busy_share"},
    {"device_overlap", "1", 0, "kernel durations / time in which the device did anything"},
    {"device_other_share", "1", -1, "kernel time of no phase / all kernel time"},
    {"observer_overhead", "1", -1,
     "end-to-end time of the observed run / that of the unobserved one, same prompts, - 1"},
});

}  // namespace

std::span<const MetricDefinition> MetricCatalogue() { return kCatalogue; }

const MetricDefinition& DefinitionOf(std::string_view metric) {
  const MetricDefinition* family = nullptr;
  for (const MetricDefinition& definition : kCatalogue) {
    const std::string_view name = definition.metric;
    if (name == metric) return definition;
    const bool prefix = metric.starts_with(name) && metric[name.size()] == '_';
    if (prefix && (family == nullptr || name.size() > family->metric.size())) family = &definition;
  }
  DSB_CHECK(family != nullptr);
  return *family;
}

}  // namespace dsb
