// What a baseline's published telemetry says of a drafter that was not measured there: constants
// fitted to MTP-1 alone, everything of DSpark predicted (paper, Figures 7 and 8). Nothing of
// DSpark's curves goes in. Not a model of anybody's hardware: t0 and b are fitted, not derived, and
// on MTP-1's data tokens and requests cannot be told apart (2 tokens a request, always).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engines/simulated/smooth_cost.h"
#include "engines/simulated/steady_state.h"
#include "harness/prediction/published.h"

namespace dsb {

// What is not in the telemetry, each with a range that it may lie in.
struct ProductionInputs {
  double mtp1_length = 1.79;      // tokens a round of MTP-1
  double accepted_length = 3.61;  // of DSpark on whole blocks of 5
  double draft_multiplier = 2.5;  // kd; 1 is the drafter's share of the layers
  double request_share = 0;       // of the slope that is a request's and not a token's
};
inline constexpr int32_t kProductionDrafts = 5;
inline constexpr int32_t kProductionDraftLayers = 3;

struct BaselineFit {
  SmoothPass pass;
  double line_rms = 0, line_worst = 0;           // relative, of the fit against the published line
  double least_requests = 0, most_requests = 0;  // of the marks
};
// Least squares of step time (R tau / throughput) over the marks, weighted by their number.
BaselineFit FitBaseline(const PublishedModel& model, const ProductionInputs& inputs);

// MTP-1 at `requests` a GPU, by the fit: exact, no rounds are drawn.
SteadyState PredictMtp1(const BaselineFit& fit, const ProductionInputs& inputs, double requests);

enum class ProductionPolicy { kScheduled, kAllFive };
// DSpark on the fitted passes, with made-up rounds of the inputs' accepted length.
struct DSparkModel {
  DSparkModel(const BaselineFit& fit, const ProductionInputs& inputs);
  std::shared_ptr<const AcceptanceModel> acceptance;
  std::shared_ptr<const StepCost> cost;
};
// `rounds`: of the simulation.
SteadyState PredictDSpark(const DSparkModel& model, int32_t requests, ProductionPolicy policy,
                          int64_t rounds);

// DSpark over a range of loads, and what lies between by straight lines in the logarithms.
class DSparkCurve {
 public:
  DSparkCurve(const DSparkModel& model, const std::vector<int32_t>& requests,
              ProductionPolicy policy, int64_t rounds);
  double TokensPerS(double requests) const;
  double Verified(double requests) const;
  // User speed at a throughput, and throughput at a user speed; 0 beyond the curve.
  double UserAtThroughput(double tokens_per_s) const;
  double ThroughputAtUser(double user_tokens_per_s) const;

 private:
  std::vector<double> requests_, tokens_per_s_, user_, verified_;
};

// MTP-1's throughput at a user speed; 0 where the fit never reaches it ("wall": tau / t0).
double Mtp1ThroughputAtUser(const BaselineFit& fit, const ProductionInputs& inputs,
                            double user_tokens_per_s);
double Mtp1UserAtThroughput(const BaselineFit& fit, const ProductionInputs& inputs,
                            double tokens_per_s);
// 1 / (1 - x), x = t0 TPS / tau: by how much a relative error of step time or tau is multiplied in
// the load at a fixed user speed. Infinite at the wall.
double SlaAmplification(const BaselineFit& fit, const ProductionInputs& inputs,
                        double user_tokens_per_s);

}  // namespace dsb
