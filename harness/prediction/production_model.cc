#include "harness/prediction/production_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "engines/simulated/generated_acceptance.h"
#include "engines/simulated/sampled_table.h"

namespace dsb {
namespace {

// A whole MTP-1 step: its pass over two tokens a request, and a layer of that again to draft.
double Mtp1StepMs(const BaselineFit& fit, double requests) {
  return SmoothPassMs(fit.pass, 2 * requests, requests) +
         SmoothDraftMs(fit.pass, {.shape = DraftShape::kMtp1, .drafts = 1}, requests);
}

// ln y at ln x between the points, ends not passed: 0 beyond.
double LogInterpolate(const std::vector<double>& x, const std::vector<double>& y, double at) {
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    const double low = std::min(x[i], x[i + 1]), high = std::max(x[i], x[i + 1]);
    if (at < low || at > high) continue;
    const double t = std::log(at / x[i]) / std::log(x[i + 1] / x[i]);
    return y[i] * std::pow(y[i + 1] / y[i], t);
  }
  return 0;
}

}  // namespace

BaselineFit FitBaseline(const PublishedModel& model, const ProductionInputs& inputs) {
  BaselineFit fit;
  fit.pass.layers = model.shape.layers;
  const double passes = 1 + 1.0 / model.shape.layers;
  double weight = 0, x = 0, xx = 0, y = 0, xy = 0;
  fit.least_requests = std::numeric_limits<double>::max();
  for (size_t i = 0; i < model.marks.size(); ++i) {
    const double requests = model.mark_concurrency[i], rate = model.mark_tokens_per_s[i];
    if (!(requests > 0 && rate > 0)) continue;
    const double pass_ms = 1000 * requests * inputs.mtp1_length / rate / passes;
    const double w = model.marks[i], tokens = 2 * requests;
    weight += w, x += w * tokens, xx += w * tokens * tokens;
    y += w * pass_ms, xy += w * tokens * pass_ms;
    fit.least_requests = std::min(fit.least_requests, requests);
    fit.most_requests = std::max(fit.most_requests, requests);
  }
  const double determinant = weight * xx - x * x;
  if (!(determinant > 0)) ThrowBadInput(model.name + ": expected marks at two loads or more");
  const double slope = (weight * xy - x * y) / determinant;
  fit.pass.floor_ms = (y * xx - x * xy) / determinant;
  if (!(slope > 0 && fit.pass.floor_ms > 0)) {
    ThrowBadInput(model.name + ": the marks' step times do not grow with load from above 0");
  }
  // slope B = (1 - share) slope B + 2 share slope R, since B = 2 R.
  fit.pass.token_ms = (1 - inputs.request_share) * slope;
  fit.pass.request_ms = 2 * inputs.request_share * slope;
  double squares = 0;
  for (size_t i = 0; i < model.concurrency.size(); ++i) {
    const double predicted = PredictMtp1(fit, inputs, model.concurrency[i]).tokens_per_s;
    const double error = predicted / model.mtp1_tokens_per_s[i] - 1;
    squares += error * error;
    fit.line_worst = std::max(fit.line_worst, std::abs(error));
  }
  fit.line_rms = std::sqrt(squares / static_cast<double>(model.concurrency.size()));
  return fit;
}

SteadyState PredictMtp1(const BaselineFit& fit, const ProductionInputs& inputs, double requests) {
  SteadyState state;
  state.accepted_length = inputs.mtp1_length;
  state.verified = 2;
  state.verify_ms = SmoothPassMs(fit.pass, 2 * requests, requests);
  state.step_ms = Mtp1StepMs(fit, requests);
  state.draft_ms = state.step_ms - state.verify_ms;
  state.user_tokens_per_s = 1000 * inputs.mtp1_length / state.step_ms;
  state.tokens_per_s = requests * state.user_tokens_per_s;
  return state;
}

DSparkModel::DSparkModel(const BaselineFit& fit, const ProductionInputs& inputs) {
  GeneratedAcceptanceOptions law;
  law.delta = SolveDelta(law, inputs.accepted_length, kProductionDrafts);
  acceptance = MakeGeneratedAcceptance(law);
  cost = MakeSmoothCost(fit.pass, {.shape = DraftShape::kBlock,
                                   .drafts = kProductionDrafts,
                                   .layers = kProductionDraftLayers,
                                   .multiplier = inputs.draft_multiplier});
}

SteadyState PredictDSpark(const DSparkModel& model, int32_t requests, ProductionPolicy policy,
                          int64_t rounds) {
  PolicyOptions options;
  if (policy == ProductionPolicy::kScheduled) {
    options.kind = PolicyKind::kLagged;
    options.costs = SampleTable(*model.cost, requests, int64_t{requests} * (kProductionDrafts + 1));
  }
  return SimulateSteadyState({.policy = MakePolicy(options),
                              .acceptance = model.acceptance,
                              .cost = model.cost,
                              .draft_length = kProductionDrafts},
                             {.requests = requests, .num_rounds = rounds});
}

DSparkCurve::DSparkCurve(const DSparkModel& model, const std::vector<int32_t>& requests,
                         ProductionPolicy policy, int64_t rounds) {
  for (const int32_t count : requests) {
    const SteadyState state = PredictDSpark(model, count, policy, rounds);
    requests_.push_back(count);
    tokens_per_s_.push_back(state.tokens_per_s);
    user_.push_back(state.user_tokens_per_s);
    verified_.push_back(state.verified);
  }
}

double DSparkCurve::TokensPerS(double requests) const {
  return LogInterpolate(requests_, tokens_per_s_, requests);
}
double DSparkCurve::Verified(double requests) const {
  return LogInterpolate(requests_, verified_, requests);
}
double DSparkCurve::UserAtThroughput(double tokens_per_s) const {
  return LogInterpolate(tokens_per_s_, user_, tokens_per_s);
}
double DSparkCurve::ThroughputAtUser(double user_tokens_per_s) const {
  return LogInterpolate(user_, tokens_per_s_, user_tokens_per_s);
}

double Mtp1ThroughputAtUser(const BaselineFit& fit, const ProductionInputs& inputs,
                            double user_tokens_per_s) {
  // The step is a straight line in the requests.
  const double floor_ms = Mtp1StepMs(fit, 0), slope_ms = Mtp1StepMs(fit, 1) - floor_ms;
  const double step_ms = 1000 * inputs.mtp1_length / user_tokens_per_s;
  return std::max(0.0, (step_ms - floor_ms) / slope_ms) * user_tokens_per_s;
}

double Mtp1UserAtThroughput(const BaselineFit& fit, const ProductionInputs& inputs,
                            double tokens_per_s) {
  // throughput = 1000 tau R / (floor + slope R)
  const double floor_ms = Mtp1StepMs(fit, 0), slope_ms = Mtp1StepMs(fit, 1) - floor_ms;
  const double left = 1000 * inputs.mtp1_length - tokens_per_s * slope_ms;
  if (left <= 0) return 0;
  return left / floor_ms;
}

double SlaAmplification(const BaselineFit& fit, const ProductionInputs& inputs,
                        double user_tokens_per_s) {
  const double x = Mtp1StepMs(fit, 0) * user_tokens_per_s / (1000 * inputs.mtp1_length);
  return x < 1 ? 1 / (1 - x) : std::numeric_limits<double>::infinity();
}

}  // namespace dsb
