// Temperatures that turn a drafter's confidences into chances, position by position (sequential
// temperature scaling, verification.md 4), with what they were fitted on and what that changed.
// `dsbench calibrate` writes the file, docs/calibration.md; a policy applies it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dsb {

// Where a confidence comes from.
inline constexpr const char* kHeadConfidence = "head";  // a trained output of the drafter
// The draft law's largest probability, before its token is drawn.
inline constexpr const char* kLawConfidence = "largest_probability";

// With its 95 % interval by prompt; a figure that cannot be had is none.
struct CalibratedFigure {
  std::optional<double> value, lo, hi;
};

struct CalibratedPosition {
  int64_t rounds = 0;  // that were judged here
  double temperature = 1;
  double mean_confidence = 1;  // scaled, of all blocks that were fitted on
  CalibratedFigure ece_before = {}, ece_after = {}, brier_before = {}, brier_after = {};
  CalibratedFigure auc_before = {}, auc_after = {};
};

struct Calibration {
  std::string target_sha256, weights;  // as in a cost table
  std::string drafter, drafter_sha256, drafter_weights;
  int64_t draft_length = 0;
  std::string confidence = kHeadConfidence;
  double sampling_temperature = 0;  // that its tokens were drawn at
  std::string workload, workload_sha256;
  std::vector<std::string>
      items;  // keys of the prompts that were fitted on: no report should use them
  int64_t prompts = 0, rounds = 0;
  std::vector<CalibratedPosition> positions;  // [draft_length]

  std::vector<double> temperatures() const;
  std::vector<double> mean_confidences() const;
};

// As ReadCostTable.
Calibration ParseCalibration(const std::string& text, const std::string& name);
std::string CalibrationToJson(const Calibration& calibration);

// The first of target, weights, drafter, its files and weights, and confidence that differs; or
// fewer positions than `run` drafts. None: usable.
std::optional<std::string> CalibrationMismatch(const Calibration& calibration,
                                               const Calibration& run);

// sigmoid(logit(c) / temperature), c clamped (base/logistic.h).
double Scaled(double confidence, double temperature);

}  // namespace dsb
