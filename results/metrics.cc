#include "results/metrics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "results/confidence_metrics.h"
#include "results/metrics_acceptance.h"
#include "results/metrics_load.h"
#include "results/metrics_phases.h"
#include "results/metrics_selection.h"
#include "results/metrics_sheet.h"
#include "results/metrics_speed.h"

namespace dsb {
namespace {

double D(int64_t value) { return static_cast<double>(value); }

// One computation's input and output.
struct Context {
  const RunData& data;
  const MetricOptions& options;
  std::vector<MetricRecord> metrics = {};
  std::vector<MetricNote>* notes = nullptr;

  void Add(const Estimate& estimate, const std::string& metric, const std::string& scope) {
    AppendMetric(estimate, metric, scope, data.run.id, &metrics, notes);
  }
  void AddPlain(double value, int64_t n, const std::string& metric, const std::string& scope) {
    Estimate estimate;
    if (std::isfinite(value)) estimate.value = value;
    estimate.n = n;
    Add(estimate, metric, scope);
  }
};

std::string Position(int64_t k) { return "position:" + std::to_string(k); }

// Sum of squared errors and count of each position of one request's rounds: Brier's two sums.
std::vector<double> BrierSums(const RequestRecord& request, int64_t positions) {
  ConfidenceRounds rounds;
  for (const RoundRecord& round : request.rounds) rounds.Add(round);
  std::vector<double> sums(static_cast<size_t>(2 * positions), 0.0);
  for (int64_t k = 0; k < std::min(positions, rounds.num_positions()); ++k) {
    const PositionQuality quality = QualityOf(rounds.predictions(k), rounds.labels(k));
    sums[static_cast<size_t>(2 * k)] = quality.brier * quality.weight;
    sums[static_cast<size_t>(2 * k + 1)] = quality.weight;
  }
  return sums;
}

void AddAcceptance(const std::string& scope, const Selection& selection, Context* context) {
  RoundCounts total;
  ConfidenceRounds confidence;
  for (const RequestRow* row : selection.acceptance) {
    total.Add(CountRounds(row->request.rounds));
    for (const RoundRecord& round : row->request.rounds) confidence.Add(round);
  }
  MetricSheet sheet;
  for (const AcceptanceRatio& ratio : AcceptanceRatios()) sheet.AddRatio(std::string(ratio.metric));
  sheet.AddRatio("accepted_length_per_request");
  const int64_t positions = total.num_positions(), judged = confidence.num_positions();
  for (int64_t k = 1; k <= positions; ++k) sheet.AddRatio("survival", Position(k));
  for (int64_t k = 1; k <= positions; ++k) sheet.AddRatio("conditional_acceptance", Position(k));
  for (int64_t k = 1; k <= judged; ++k) sheet.AddRatio("confidence_brier", Position(k));
  for (const RequestRow* row : selection.acceptance) {
    const RoundCounts counts = CountRounds(row->request.rounds);
    if (counts.rounds == 0) continue;
    std::vector<double> sums;
    for (const AcceptanceRatio& ratio : AcceptanceRatios()) {
      sums.push_back(ratio.numerator(counts));
      sums.push_back(ratio.denominator(counts));
    }
    sums.push_back(D(counts.committed) / D(counts.rounds));
    sums.push_back(1);
    const auto per_position = [&](const std::vector<int64_t>& above,
                                  const std::vector<int64_t>& below) {
      for (size_t i = 0; i < static_cast<size_t>(positions); ++i) {
        sums.push_back(i < above.size() ? D(above[i]) : 0);
        sums.push_back(i < below.size() ? D(below[i]) : 0);
      }
    };
    per_position(counts.accepted_at_least, counts.verified_at_least);
    per_position(counts.accepted_at_least, counts.reached);
    const std::vector<double> brier = BrierSums(row->request, judged);
    sums.insert(sums.end(), brier.begin(), brier.end());
    sheet.AddRow(*row, sums);
  }
  sheet.Append(scope, context->options, context->data.run.id, &context->metrics, context->notes);
  for (size_t a = 0; a < total.accept_histogram.size(); ++a) {
    context->AddPlain(D(total.accept_histogram[a]), total.rounds, "accept_histogram",
                      JoinScope(scope, Position(static_cast<int64_t>(a))));
  }
  if (judged == 0) return;
  const ConfidenceQuality quality = QualityOf(confidence);
  const auto rounds_at = [&](int64_t k) {
    return static_cast<int64_t>(confidence.labels(k).size());
  };
  for (int64_t k = 0; k < judged; ++k) {
    const PositionQuality& position = quality.positions[static_cast<size_t>(k)];
    const std::string place = JoinScope(scope, Position(k + 1));
    context->AddPlain(position.ece, rounds_at(k), "confidence_ece", place);
    context->AddPlain(position.auc.value_or(NAN), rounds_at(k), "confidence_auc", place);
  }
  context->AddPlain(*quality.ece, rounds_at(0), "confidence_ece", scope);
  context->AddPlain(quality.auc.value_or(NAN), rounds_at(0), "confidence_auc", scope);
  context->AddPlain(*quality.brier, rounds_at(0), "confidence_brier", scope);
}

void AddPercentiles(const std::string& metric, const std::string& scope,
                    const std::vector<double>& samples, bool independent, Context* context) {
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
      timing.decode_ns > 0 ? D(timing.decode_tokens) / D(timing.decode_ns) * 1e9 : 0;
  std::vector<double> sums{
      D(timing.ttft_ns),
      1,
      D(timing.ttft_from_issue_ns),
      1,
      D(timing.e2e_ns),
      1,
      D(timing.e2e_from_issue_ns),
      1,
      D(timing.queue_delay_ns.value_or(0)),
      timing.queue_delay_ns ? 1.0 : 0.0,
      D(timing.decode_ns),
      D(timing.decode_tokens),
      D(timing.e2e_ns),
      D(timing.tokens),
      D(timing.decode_ns),
      D(timing.decode_tokens),
      D(timing.decode_ns),
      num_bursts - 1,
      D(timing.decode_tokens),
      D(timing.decode_ns) * 1e-9,
      rate,
      timing.decode_ns > 0 ? decodes : 0,
      D(timing.tokens),
      D(timing.e2e_ns) * 1e-9,
      D(timing.decode_ns),
      D(timing.decode_rounds),
      D(timing.tokens),
      1,
  };
  for (const double reader : options.stall_rates_tokens_per_s) {
    sums.push_back(StallNs(row.request, reader));
    sums.push_back(D(timing.decode_ns));
  }
  return sums;
}

std::string RateName(double tokens_per_s) {
  std::string name = std::to_string(tokens_per_s);
  name.erase(name.find_last_not_of('0') + 1);
  if (name.back() == '.') name.pop_back();
  return "rate:" + name;
}

void AddTiming(const std::string& scope, const Selection& selection, Context* context) {
  MetricSheet sheet;
  for (const char* metric :
       {"ttft", "ttft_from_issue", "e2e", "e2e_from_issue", "queue_delay", "tpot", "tpot_with_ttft",
        "itl", "burst_gap", "user_decode_tokens_per_s", "mean_decode_rate", "user_e2e_tokens_per_s",
        "step_time", "output_tokens"}) {
    sheet.AddRatio(metric);
  }
  for (const double rate : context->options.stall_rates_tokens_per_s) {
    sheet.AddRatio("stall_fraction", RateName(rate));
  }
  std::vector<double> ttft, e2e, tpot, gaps, token_gaps;
  double decode_ns = 0, decode_tokens = 0;
  for (const RequestRow* row : selection.timing) {
    const std::optional<RequestTiming> timing = TimingOf(row->request);
    if (!timing) continue;
    const size_t gaps_before = gaps.size();
    AppendGaps(row->request, &gaps, &token_gaps);
    const double num_bursts = D(static_cast<int64_t>(gaps.size() - gaps_before)) + 1;
    sheet.AddRow(*row, TimingSums(*row, *timing, num_bursts, context->options));
    ttft.push_back(D(timing->ttft_ns));
    e2e.push_back(D(timing->e2e_ns));
    if (const std::optional<double> value = timing->tpot()) tpot.push_back(*value);
    decode_ns += D(timing->decode_ns);
    decode_tokens += D(timing->decode_tokens);
  }
  // The token-weighted gaps are the decode time, cut differently: their mean is the pooled tpot.
  double token_gap_sum = 0;
  for (const double gap : token_gaps) token_gap_sum += gap;
  DSB_CHECK(D(static_cast<int64_t>(token_gaps.size())) == decode_tokens);
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

void AddLoad(Context* context) {
  const std::optional<LoadSummary> load = SummariseLoad(context->data);
  if (!load) return;
  const double seconds = D(load->window_ns) * 1e-9;
  context->AddPlain(D(load->tokens) / seconds, load->requests, "output_tokens_per_s", "all");
  context->AddPlain(D(load->requests) / seconds, load->requests, "requests_per_s", "all");
  context->AddPlain(D(load->in_flight_ns) / D(load->window_ns), load->requests, "mean_concurrency",
                    "all");
  context->AddPlain(D(load->in_decode_ns) / D(load->window_ns), load->requests,
                    "mean_decode_concurrency", "all");
}

void AddPhases(Context* context) {
  const std::optional<PhaseSummary> summary = SummarisePhases(context->data);
  if (!summary || summary->num_steps == 0) return;
  const int64_t n = summary->num_steps;
  const double wall_ns = D(summary->step_wall_ns);
  const double threads = D(std::max<int64_t>(1, context->data.run.threads));
  const std::optional<int64_t> cpu_ns = summary->thread_cpu_ns();
  context->AddPlain(wall_ns / D(n), n, "step_wall", "all");
  if (cpu_ns && *cpu_ns > 0) {
    context->AddPlain(D(*cpu_ns) / (D(summary->phases_wall_ns()) * threads), n,
                      "parallel_efficiency", "all");
  }
  for (const PhaseTotal& phase : summary->phases) {
    const std::string scope = "phase:" + phase.phase;
    context->AddPlain(D(phase.wall_ns) / D(n), n, "phase_wall", scope);
    context->AddPlain(D(phase.wall_ns) / wall_ns, n, "phase_wall_share", scope);
    if (!phase.thread_cpu_ns || !cpu_ns || *cpu_ns == 0) continue;
    context->AddPlain(D(*phase.thread_cpu_ns) / D(*cpu_ns), n, "phase_cpu_share", scope);
    context->AddPlain(D(*phase.thread_cpu_ns) / (D(phase.wall_ns) * threads), n,
                      "parallel_efficiency", scope);
  }
  if (context->notes != nullptr && summary->phases_wall_ns() > summary->step_wall_ns) {
    context->notes->push_back(
        {"phase_wall", "all", "implausible: the phases' wall time exceeds the steps'"});
  }
}

}  // namespace

std::vector<MetricRecord> ComputeMetrics(const RunData& data, const MetricOptions& options,
                                         std::vector<MetricNote>* notes) {
  Context context{data, options, {}, notes};
  const bool natural =
      !data.flags.contains("ignore_eos") && !data.flags.contains("synthetic_acceptance");
  for (const std::string& scope : ScopesOf(data)) {
    const Selection selection = Select(data, scope);
    if (natural) AddAcceptance(scope, selection, &context);
    AddTiming(scope, selection, &context);
  }
  AddLoad(&context);
  AddPhases(&context);
  return std::move(context.metrics);
}

const MetricRecord* FindMetric(std::span<const MetricRecord> metrics, std::string_view metric,
                               std::string_view scope) {
  for (const MetricRecord& record : metrics) {
    if (record.metric == metric && record.scope == scope) return &record;
  }
  return nullptr;
}

}  // namespace dsb
