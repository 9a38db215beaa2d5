#include "results/metrics/catalogue.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace dsb {
namespace {

using enum MetricKind;
using enum MetricSpread;
using Facts = const RequestFacts&;

double D(int64_t value) { return static_cast<double>(value); }

double Quotient(int64_t above, int64_t below) { return below > 0 ? D(above) / D(below) : 0; }

double OneIf(bool counts) { return counts ? 1 : 0; }

// Positions count from 1.
double At(const std::vector<int64_t>& counts, double position) {
  const auto k = static_cast<size_t>(position);
  return k <= counts.size() ? D(counts[k - 1]) : 0;
}

RequestFacts::SquaredErrors ErrorsAt(Facts f) {
  const auto k = static_cast<size_t>(f.at);
  return k <= f.confidence.size() ? f.confidence[k - 1] : RequestFacts::SquaredErrors{};
}

double Committed(Facts f) { return D(f.rounds.committed); }
double Rounds(Facts f) { return D(f.rounds.rounds); }
double Accepted(Facts f) { return D(f.rounds.accepted); }
double Verified(Facts f) { return D(f.rounds.verified); }
double VerifyRows(Facts f) { return D(f.rounds.verified + f.rounds.rounds); }
double AcceptedAt(Facts f) { return At(f.rounds.accepted_at_least, f.at); }
double One(Facts) { return 1; }
double E2eNs(Facts f) { return D(f.timing.e2e_ns); }
double DecodeNs(Facts f) { return D(f.timing.decode_ns); }
double DecodeTokens(Facts f) { return D(f.timing.decode_tokens); }
double Tokens(Facts f) { return D(f.timing.tokens); }

constexpr auto kCatalogue = std::to_array<MetricDefinition>({
    {"accepted_length", "token/round", 1, kAcceptance, "sum c / rounds", Committed, Rounds, kOnce,
     2},
    {"accepted_drafts", "token/round", 1, kAcceptance, "sum a / rounds", Accepted, Rounds},
    {"verify_rate", "1", 1, kAcceptance, "sum c / (sum p + rounds)", Committed,
     [](Facts f) { return D(f.rounds.proposed + f.rounds.rounds); }},
    {"draft_utilisation", "1", 1, kAcceptance, "sum a / sum v", Accepted, Verified, kOnce, 9},
    {"budget", "token/round", 0, kAcceptance, "sum (v + 1) / rounds", VerifyRows, Rounds, kOnce, 8},
    {"wasted_verify", "1", -1, kAcceptance, "sum (v - a) / sum (v + 1)",
     [](Facts f) { return D(f.rounds.verified - f.rounds.accepted); }, VerifyRows, kOnce, 10},
    {"accepted_length_per_request", "token/round", 1, kAcceptance,
     "mean over requests of (sum c / rounds)",
     [](Facts f) { return Quotient(f.rounds.committed, f.rounds.rounds); },
     [](Facts f) { return OneIf(f.rounds.rounds > 0); }},
    {"survival", "1", 1, kAcceptance, "#(a >= k) / #(v >= k)", AcceptedAt,
     [](Facts f) { return At(f.rounds.verified_at_least, f.at); }, kPositions},
    {"conditional_acceptance", "1", 1, kAcceptance, "#(a >= k) / #(a >= k-1 and v >= k)",
     AcceptedAt, [](Facts f) { return At(f.rounds.reached, f.at); }, kPositions},
    {"accept_histogram", "round", 0, kAcceptance, "rounds with a accepted drafts"},
    {"confidence_ece", "1", -1, kConfidence,
     "expected calibration error of the survival probability, 20 bins"},
    {"confidence_auc", "1", 1, kConfidence, "area under the ROC curve, 1000 bins"},
    {"confidence_brier", "1", -1, kConfidence, "mean (survival probability - outcome)^2",
     [](Facts f) { return ErrorsAt(f).sum; }, [](Facts f) { return ErrorsAt(f).weight; },
     kJudgedPositions},
    {"ttft", "ns", -1, kTiming, "mean of t_1 - s", [](Facts f) { return D(f.timing.ttft_ns); }, One,
     kOnce, 4},
    {"ttft_p50", "ns", -1, kTiming, "median of t_1 - s"},
    {"ttft_p90", "ns", -1, kTiming, "90th percentile of t_1 - s"},
    {"ttft_p99", "ns", -1, kTiming, "99th percentile of t_1 - s"},
    {"ttft_from_issue", "ns", -1, kTiming, "mean of t_1 - q",
     [](Facts f) { return D(f.timing.ttft_from_issue_ns); }, One},
    {"e2e", "ns", -1, kTiming, "mean of f - s", E2eNs, One, kOnce, 5},
    {"e2e_p50", "ns", -1, kTiming, "median of f - s"},
    {"e2e_p90", "ns", -1, kTiming, "90th percentile of f - s"},
    {"e2e_p99", "ns", -1, kTiming, "99th percentile of f - s"},
    {"e2e_from_issue", "ns", -1, kTiming, "mean of f - q",
     [](Facts f) { return D(f.timing.e2e_from_issue_ns); }, One},
    {"issue_lag", "ns", -1, kTiming, "mean of q - s",
     [](Facts f) { return D(f.timing.ttft_ns - f.timing.ttft_from_issue_ns); }, One},
    {"queue_delay", "ns", -1, kTiming, "mean of a - s",
     [](Facts f) { return D(f.timing.queue_delay_ns.value_or(0)); },
     [](Facts f) { return OneIf(f.timing.queue_delay_ns.has_value()); }},
    {"tpot", "ns/token", -1, kTiming, "sum (t_B - t_1) / sum (n - k_1)", DecodeNs, DecodeTokens},
    {"tpot_p50", "ns/token", -1, kTiming, "median over requests of (t_B - t_1) / (n - k_1)"},
    {"tpot_p90", "ns/token", -1, kTiming,
     "90th percentile over requests of (t_B - t_1) / (n - k_1)"},
    {"tpot_p99", "ns/token", -1, kTiming,
     "99th percentile over requests of (t_B - t_1) / (n - k_1)"},
    {"tpot_with_ttft", "ns/token", -1, kTiming, "sum (t_B - s) / sum n", E2eNs, Tokens},
    {"itl", "ns/token", -1, kTiming, "mean of burst gap / k, one sample a token", DecodeNs,
     DecodeTokens},
    {"itl_p50", "ns/token", -1, kTiming, "median of burst gap / k, one sample a token"},
    {"itl_p90", "ns/token", -1, kTiming, "90th percentile of burst gap / k, one sample a token"},
    {"itl_p99", "ns/token", -1, kTiming, "99th percentile of burst gap / k, one sample a token"},
    {"burst_gap", "ns", -1, kTiming, "mean of t_b - t_(b-1)", DecodeNs,
     [](Facts f) { return D(f.timing.gaps); }},
    {"burst_gap_p50", "ns", -1, kTiming, "median of t_b - t_(b-1)"},
    {"burst_gap_p90", "ns", -1, kTiming, "90th percentile of t_b - t_(b-1)"},
    {"burst_gap_p99", "ns", -1, kTiming, "99th percentile of t_b - t_(b-1)"},
    {"user_decode_tokens_per_s", "token/s", 1, kTiming, "sum (n - k_1) / sum (t_B - t_1)",
     DecodeTokens, [](Facts f) { return D(f.timing.decode_ns) * 1e-9; }, kOnce, 1},
    {"mean_decode_rate", "token/s", 1, kTiming, "mean over requests of (n - k_1) / (t_B - t_1)",
     [](Facts f) { return Quotient(f.timing.decode_tokens, f.timing.decode_ns) * 1e9; },
     [](Facts f) { return OneIf(f.timing.decode_ns > 0); }, kOnce, 7},
    {"slow_user_tokens_per_s", "token/s", 1, kTiming, "1 / 90th percentile of tpot"},
    {"user_e2e_tokens_per_s", "token/s", 1, kTiming, "sum n / sum (f - s)", Tokens,
     [](Facts f) { return D(f.timing.e2e_ns) * 1e-9; }, kOnce, 6},
    {"step_time", "ns/round", -1, kTiming, "sum (t_B - t_1) / rounds", DecodeNs, Rounds, kOnce, 3},
    {"output_tokens", "token/request", 0, kOutput, "sum n / requests", Tokens, One, kOnce, 11},
    {"stall_fraction", "1", -1, kTiming, "share of [t_1, t_B] in which a reader of that rate waits",
     [](Facts f) { return f.stall_ns(); }, [](Facts f) { return D(f.timing.watched_ns); },
     kReadingRates},
    {"output_tokens_per_s", "token/s", 1, kLoad,
     "tokens in the window / its length; closed loop and batch: the time with a measured request "
     "in flight"},
    {"requests_per_s", "request/s", 1, kLoad,
     "measured requests finished in the window / its length"},
    {"mean_concurrency", "request", 0, kLoad,
     "time average of requests with s <= t < f over the window"},
    {"mean_decode_concurrency", "request", 0, kLoad,
     "time average of requests with t_1 <= t < t_B over the window"},
    {"arrivals_per_s", "request/s", 0, kLoad, "requests scheduled in the window / its length"},
    {"little_error", "1", -1, kLoad, "|L - arrivals_per_s x mean (f - s)| / L over the window"},
    {"client_lag_p99", "ns", -1, kLoad,
     "99th percentile of q - s without the time inside the engine's steps"},
    {"slo_attainment", "1", 1, kLoad, "requests scheduled in the window that keep the SLO / all"},
    {"goodput_requests_per_s", "request/s", 1, kLoad,
     "requests scheduled in the window that keep the SLO / its length"},
    {"goodput_tokens_per_s", "token/s", 1, kLoad,
     "tokens of the requests scheduled in the window that keep the SLO / its length"},
    {"step_wall", "ns/step", -1, kPhase, "mean wall time of the engine's steps"},
    {"phase_wall", "ns/step", -1, kPhase, "wall time of the phase / steps"},
    {"phase_wall_share", "1", 0, kPhase, "wall time of the phase / wall time of all steps"},
    {"phase_cpu_share", "1", 0, kPhase, "thread CPU time of the phase / that of all phases"},
    {"parallel_efficiency", "1", 1, kPhase, "thread CPU time / (wall time x threads)"},
    {"device_time_per_token", "ns/token", -1, kDevice,
     "device time / delivered tokens: kernel durations (device_time_source cupti), time between "
     "events (cuda_event) or thread CPU time (cpu_thread)"},
    {"device_time_per_step", "ns/step", -1, kDevice, "the same device time / steps"},
    {"device_busy_per_token", "ns/token", -1, kDevice,
     "time in which the device did anything / delivered tokens; CPU: thread CPU time / threads"},
    {"device_busy_share", "1", 0, kDevice,
     "time in which the device did anything / wall time of the steps; CPU: thread CPU time / "
     "(wall time x threads)"},
    {"device_idle_share", "1", -1, kDevice, "1 - device_busy_share"},
    {"device_overlap", "1", 0, kDevice, "kernel durations / time in which the device did anything"},
    {"device_other_share", "1", -1, kDevice, "kernel time of no phase / all kernel time"},
    {"observer_overhead", "1", -1, kObserver,
     "end-to-end time of the observed run / that of the unobserved one, same prompts, - 1"},
});

constexpr size_t kNumCompared = std::count_if(kCatalogue.begin(), kCatalogue.end(),
                                              [](const auto& m) { return m.compared > 0; });

// By their places, each taken once.
constexpr auto kCompared = [] {
  std::array<const MetricDefinition*, kNumCompared> compared{};
  for (const MetricDefinition& metric : kCatalogue) {
    if (metric.compared > 0) compared[static_cast<size_t>(metric.compared - 1)] = &metric;
  }
  return compared;
}();
static_assert(std::count(kCompared.begin(), kCompared.end(), nullptr) == 0);

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

std::span<const MetricDefinition* const> ComparedMetrics() { return kCompared; }

const MetricDefinition* FindCompared(std::string_view metric) {
  const auto found = std::find_if(kCompared.begin(), kCompared.end(),
                                  [&](const auto* compared) { return compared->metric == metric; });
  return found == kCompared.end() ? nullptr : *found;
}

}  // namespace dsb
