#include "harness/prediction/paper_bridge.h"

#include <algorithm>
#include <cmath>

namespace dsb {
namespace {

double LogLine(const std::vector<double>& x, const std::vector<double>& y, double at) {
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    if (at < x[i] || at > x[i + 1] || x[i] <= 0) continue;
    return y[i] * std::pow(y[i + 1] / y[i], std::log(at / x[i]) / std::log(x[i + 1] / x[i]));
  }
  return at < x.front() ? y.front() * at / x.front() : y.back() * at / x.back();
}

std::vector<BridgeStage> Stages(const PublishedModel& model, const PublishedAnchor& anchor,
                                const ProductionInputs& inputs, int64_t rounds) {
  const BaselineFit fit = FitBaseline(model, inputs);
  const DSparkModel dspark(fit, inputs);
  // Figure 7's throughput at its own user speed is a load.
  const double load = anchor.mtp1_tokens_per_s / anchor.user_tokens_per_s;
  const auto requests = std::max(1, static_cast<int32_t>(std::lround(load)));
  const SteadyState one = PredictMtp1(fit, inputs, 1), many = PredictMtp1(fit, inputs, requests);
  const SteadyState all = PredictDSpark(dspark, requests, ProductionPolicy::kAllFive, rounds);
  const SteadyState scheduled =
      PredictDSpark(dspark, requests, ProductionPolicy::kScheduled, rounds);
  const double tau = inputs.accepted_length;
  const double draft_ms = dspark.cost->DraftMs(1);
  const double mtp1 = LogLine(model.concurrency, model.mtp1_tokens_per_s, requests);
  const double served = LogLine(model.concurrency, model.dspark_tokens_per_s, requests);
  return {
      {"accepted length at a fixed block",
       "published tokens a round, of V4-Pro on other work, whole blocks; a round costs the same",
       inputs.mtp1_length, tau},
      {"draft cost",
       "the same rounds with each arm's drafting by the fitted passes, one user, and MTP-1's pass",
       inputs.mtp1_length / one.step_ms, tau / (one.verify_ms + draft_ms)},
      {"verification at this load", "the same rounds, whole blocks, in fitted steps of all users",
       inputs.mtp1_length / many.step_ms, tau / all.step_ms},
      {"what the scheduler prunes",
       "a lagged budget on the fitted steps; generated rounds, the same with and without it",
       many.user_tokens_per_s, scheduled.user_tokens_per_s * tau / all.accepted_length},
      {"measured over modelled",
       "Figure 8 at the same requests: prefill, queueing, live acceptance and what else the "
       "model lacks",
       mtp1 / requests, served / requests},
      {"from equal users to matched throughput",
       "Figure 7 at MTP-1's throughput, which is a fit of speed by throughput to scattered "
       "telemetry",
       anchor.user_tokens_per_s, anchor.dspark_user_tokens_per_s}};
}

}  // namespace

Waterfall PaperBridge(const PublishedModel& model, const PublishedAnchor& anchor,
                      const StudyOptions& options, ThreadPool& pool) {
  const std::vector<BridgeStage> stages = Stages(model, anchor, options.inputs, options.rounds);
  std::vector<std::vector<double>> draws(static_cast<size_t>(options.num_draws));
  pool.ParallelFor(options.num_draws, 1, [&](int64_t first, int64_t last, int /*worker*/) {
    for (int64_t i = first; i < last; ++i) {
      const ProductionInputs inputs = DrawInputs(options, static_cast<uint32_t>(i));
      draws[static_cast<size_t>(i)] = FactorsOf(Stages(model, anchor, inputs, options.draw_rounds));
    }
  });
  Waterfall waterfall = MakeWaterfall(stages);
  for (size_t i = 0; i < waterfall.factors.size(); ++i) {
    std::vector<double> values;
    values.reserve(draws.size());
    for (const std::vector<double>& draw : draws) values.push_back(draw[i]);
    const Band band = BandOf(std::move(values));
    waterfall.factors[i].lo = band.p10;
    waterfall.factors[i].hi = band.p90;
  }
  return waterfall;
}

}  // namespace dsb
