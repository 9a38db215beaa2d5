// How good a drafter's confidence is (verification.md 4): calibration error (ECE), ranking (AUC)
// and Brier score per position, on the survival probability a_k = product of c_1..c_k against the
// event "at least k drafts accepted".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "results/records.h"

namespace dsb {

inline constexpr int kCalibrationBins = 20;
inline constexpr int kRankingBins = 1000;

struct ReliabilityBin {
  int bin = 0;  // [bin, bin + 1) / 20; empty bins are left out
  double mean_prediction = 0, mean_label = 0, weight = 0;
};

struct PositionQuality {
  double weight = 0;  // number of rounds that count here
  double ece = 0, brier = 0, mean_prediction = 0, mean_label = 0;
  std::optional<double> auc;        // over 1000 bins; empty if a class is empty
  std::optional<double> auc_exact;  // by ranks
  std::vector<ReliabilityBin> reliability;
};

// Mean squared error; 0 if empty. Equal lengths.
double BrierScore(std::span<const double> predictions, std::span<const uint8_t> labels);

// Predictions are clamped to [1e-8, 1 - 1e-8]. Equal lengths; weight 0 if empty. Ends for any
// input; what is no number counts as 0.
PositionQuality QualityOf(std::span<const double> predictions, std::span<const uint8_t> labels);

// Rounds as predictions and outcomes, by position.
class ConfidenceRounds {
 public:
  // `confidence` is c_1..c_L; positions up to `length` count (those that were verified, none past
  // an accepted stop token); `accepted` drafts were right.
  void Add(std::span<const float> confidence, int64_t length, int64_t accepted);
  // A stored round: length = verified, or accepted if the round ended on an accepted stop token.
  // Rounds without confidence are skipped.
  void Add(const RoundRecord& round);

  int64_t num_positions() const { return static_cast<int64_t>(predictions_.size()); }
  std::span<const double> predictions(int64_t position) const;  // position from 0
  std::span<const uint8_t> labels(int64_t position) const;

 private:
  std::vector<std::vector<double>> predictions_;  // by position
  std::vector<std::vector<uint8_t>> labels_;
};

struct ConfidenceQuality {
  std::vector<PositionQuality> positions;
  // Means over positions weighted by their counts; AUC over the positions that have one.
  std::optional<double> ece, auc, brier, mean_prediction, mean_label;
};

ConfidenceQuality QualityOf(const ConfidenceRounds& rounds);

// Sequential temperature scaling (verification.md 4; DSpark paper 3.2.1): one temperature a
// position, each fitted with the earlier ones fixed so that the ECE of the scaled survival is
// least; ties go to the smallest |log t|.
struct TemperatureFit {
  std::vector<double> temperatures, ece_before, ece_after;  // [block]
};
// logits: row-major [rounds, block]; lengths and accepted: [rounds]; grid: temperatures > 0,
// rising. `refinements`: so many log-spaced temperatures more between the neighbours of the best
// one.
TemperatureFit FitTemperatures(std::span<const float> logits, int64_t block,
                               std::span<const int64_t> lengths, std::span<const int64_t> accepted,
                               std::span<const double> grid, int refinements = 0);

}  // namespace dsb
