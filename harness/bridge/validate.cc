#include "harness/bridge/validate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "results/metrics/metrics.h"
#include "results/metrics/selection.h"

namespace dsb {
namespace {

double ValueOf(const std::vector<MetricRecord>& metrics, const char* name) {
  const MetricRecord* const metric = FindMetric(metrics, name, "all");
  return metric == nullptr ? 0 : metric->estimate.value.value_or(0);
}

struct StepSums {
  int64_t steps = 0;
  double tokens = 0, ms = 0, modelled_ms = 0;
};

struct RunSums {
  double committed = 0, rounds = 0, verified = 0;
  double decode_ms = 0, decode_steps = 0, prefill_ms = 0, prefill_tokens = 0;
};

double PrefillMs(const StepRecord& step) {
  for (const PhaseTimeRecord& phase : step.phases) {
    if (phase.phase == "prefill") return static_cast<double>(phase.wall_ns) * 1e-6;
  }
  return 0;
}

RunSums SumsOf(const CheckedRun& run) {
  RunSums sums;
  for (const StepRecord* step : MeasuredSteps(run)) {
    const double prefill = PrefillMs(*step);
    sums.prefill_ms += prefill;
    sums.prefill_tokens += static_cast<double>(step->num_prefill_tokens);
    if (step->num_verify_tokens == 0) continue;
    sums.decode_ms += static_cast<double>(step->wall_ns) * 1e-6 - prefill;
    ++sums.decode_steps;
  }
  // Of the rounds, which flags of made-up acceptance do not hide.
  for (const RequestRow* row : Select(run).timing) {
    for (const RoundRecord& round : row->request.rounds) {
      sums.committed += static_cast<double>(round.committed);
      sums.verified += static_cast<double>(round.verified + 1);
      ++sums.rounds;
    }
  }
  return sums;
}

// By requests that decode; what a step's pass costs by the table.
std::map<int64_t, StepSums> ResidualSums(const CheckedRun& real, const CostTable& table) {
  std::map<int64_t, int64_t> decoding;  // by step
  for (const RequestRow& row : real->requests) {
    for (const RoundRecord& round : row.request.rounds) {
      if (round.step_idx) ++decoding[*round.step_idx];
    }
  }
  std::map<int64_t, StepSums> sums;
  for (const StepRecord* step : MeasuredSteps(real)) {
    const auto found = decoding.find(step->idx);
    if (step->num_verify_tokens == 0 || found == decoding.end()) continue;
    const int64_t requests = found->second;
    StepSums& one = sums[requests];
    ++one.steps;
    one.tokens += static_cast<double>(step->num_verify_tokens);
    one.ms += static_cast<double>(step->wall_ns) * 1e-6 - PrefillMs(*step);
    double ns = table.VerifyNs(requests, step->num_verify_tokens);
    if (step->num_draft_tokens > 0) ns += table.DraftNs(requests);
    one.modelled_ms += ns * 1e-6;
  }
  return sums;
}

// Of the terms that a user's speed is made of.
std::string MissingTerm(const ValidationRow& row, double occupancy) {
  struct Term {
    const char* name;
    double ratio;  // what the simulation has over what is real, as it moves speed
  };
  const Term terms[] = {
      {"accepted length", row.accepted_length.simulated / row.accepted_length.real},
      {"decode step time", row.step_ms.real / row.step_ms.simulated},
      {"prefill and what waits for it", occupancy}};
  const Term* worst = terms;
  for (const Term& term : terms) {
    if (std::abs(std::log(term.ratio)) > std::abs(std::log(worst->ratio))) worst = &term;
  }
  return worst->name;
}

}  // namespace

ValidationRow ValidateRun(const CheckedRun& real, const CheckedRun& simulated,
                          const CostTable& table, const BootstrapOptions& options) {
  ValidationRow row;
  row.users = real->run.users.value_or(0);
  const auto flag = real->flags.find("contended");
  if (flag != real->flags.end()) row.contended = flag->second;
  const std::vector<MetricRecord> measured = ComputeMetrics(real, {.bootstrap = options});
  const std::vector<MetricRecord> computed = ComputeMetrics(simulated, {.bootstrap = options});
  const auto both = [&](const char* metric) {
    return Validated{ValueOf(measured, metric), ValueOf(computed, metric)};
  };
  row.tokens_per_s = both("output_tokens_per_s");
  row.user_tokens_per_s = both("user_decode_tokens_per_s");
  row.ttft_ms = both("ttft");
  row.ttft_ms.real *= 1e-6;
  row.ttft_ms.simulated *= 1e-6;
  const RunSums a = SumsOf(real), b = SumsOf(simulated);
  if (!(a.rounds > 0 && b.rounds > 0 && a.decode_steps > 0 && b.decode_steps > 0)) {
    ThrowBadInput("validate: run " + std::to_string(real->run.id) + " or " +
                  std::to_string(simulated->run.id) + " has no rounds with steps");
  }
  row.accepted_length = {a.committed / a.rounds, b.committed / b.rounds};
  row.verified = {a.verified / a.rounds, b.verified / b.rounds};
  row.step_ms = {a.decode_ms / a.decode_steps, b.decode_ms / b.decode_steps};
  if (a.prefill_tokens > 0 && b.prefill_tokens > 0) {
    row.prefill_ms = {a.prefill_ms / a.prefill_tokens, b.prefill_ms / b.prefill_tokens};
  }
  const char* const speed = "user_decode_tokens_per_s";
  double squares = 0;
  row.has_interval = true;
  for (const auto* metrics : {&measured, &computed}) {
    const MetricRecord* const metric = FindMetric(*metrics, speed, "all");
    if (metric == nullptr || !metric->estimate.lo || !metric->estimate.hi) {
      row.has_interval = false;
      continue;
    }
    const double half = std::log(*metric->estimate.hi / *metric->estimate.lo) / 2;
    squares += half * half;
  }
  const double ratio = row.user_tokens_per_s.simulated / row.user_tokens_per_s.real;
  row.error_lo = ratio * std::exp(-std::sqrt(squares)) - 1;
  row.error_hi = ratio * std::exp(std::sqrt(squares)) - 1;
  for (const auto& [requests, sums] : ResidualSums(real, table)) {
    const auto steps = static_cast<double>(sums.steps);
    row.residuals.push_back({.requests = requests,
                             .num_steps = sums.steps,
                             .tokens = sums.tokens / steps,
                             .ms = {sums.ms / steps, sums.modelled_ms / steps}});
  }
  row.has_interval = row.has_interval && std::isfinite(ratio) && ratio > 0;
  if (std::max(std::abs(row.user_tokens_per_s.error()), std::abs(row.tokens_per_s.error())) >
      kMissed) {
    // What is left of the user speed's ratio.
    const double occupancy = ratio / (row.accepted_length.simulated / row.accepted_length.real) /
                             (row.step_ms.real / row.step_ms.simulated);
    row.missing = MissingTerm(row, occupancy);
  }
  return row;
}

}  // namespace dsb
