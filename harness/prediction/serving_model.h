// A serving experiment predicted from its arm without speculation: constants fitted to that arm
// alone, drafting arms predicted by their accepted lengths (which are inputs, not predictions).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/simulated/smooth_cost.h"
#include "harness/prediction/published.h"

namespace dsb {

struct ServingFit {
  SmoothPass pass;
  double worst = 0;        // relative error of the fitted arm
  double efficiency = 0;   // of the memory's bandwidth, that t_E stands for
  double most_tokens = 0;  // of a pass in the fitted arm: beyond, b is gone on with
};
// t0, t_E and b by least squares of relative error, all 0 or more; without coverage t_E is 0.
ServingFit FitServing(const PublishedServing& serving, bool with_coverage);

struct ServingRow {
  std::string arm;
  double concurrency = 0;
  double published = 0, predicted = 0;  // tokens/s a user
  double error() const { return predicted / published - 1; }
};
// Every drafting arm at every load. `draft_multiplier`: kd of 3 layers.
std::vector<ServingRow> PredictServing(const PublishedServing& serving, const ServingFit& fit,
                                       double draft_multiplier, int64_t rounds);
double RmsError(const std::vector<ServingRow>& rows);

}  // namespace dsb
