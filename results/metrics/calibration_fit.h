// Temperatures fitted on one half of a run's prompts and judged on the other (verification.md 4),
// and what a confidence threshold would have verified there. Pure functions of stored rounds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/metrics/confidence.h"
#include "results/run_data.h"
#include "results/statistics/bootstrap.h"

namespace dsb {

// Of one position, on the prompts that were not fitted on.
struct FittedPosition {
  double temperature = 1;
  int64_t rounds = 0;
  double mean_confidence = 1;  // scaled, of the rounds that were fitted on
  Estimate ece_before, ece_after, brier_before, brier_after, auc_before, auc_after;
  std::vector<ReliabilityBin> reliability_before, reliability_after;
};

// Verifying each block up to its first scaled confidence below `threshold`.
struct ThresholdPoint {
  double threshold = 0;
  double verified = 0, accepted = 0;  // drafts a round
  double acceptance = 0;              // tokens of a round over tokens of its pass
};

struct CalibrationFit {
  int64_t fitted_prompts = 0, fitted_rounds = 0, judged_prompts = 0, judged_rounds = 0;
  std::vector<std::string> fitted_items;  // keys, sorted
  std::vector<FittedPosition> positions;
  std::vector<ThresholdPoint> thresholds;  // 0, 0.05, ... 0.95
};

struct CalibrationFitOptions {
  double fit_share = 0.5;  // of the prompts, chosen by a hash of their keys; in (0, 1)
  BootstrapOptions bootstrap = {.num_resamples = 1000};
};

// kBadInput if the run has no confidences, a round in which not all drafts were verified (those
// left out would not be missing at random), or no prompt in one of the halves.
CalibrationFit FitCalibration(const RunData& run, const CalibrationFitOptions& options);

}  // namespace dsb
