#include "results/metrics/confidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/logistic.h"

namespace dsb {
namespace {

struct Bin {
  double weight = 0, prediction = 0, label = 0;
};

template <size_t N>
size_t BinOf(double prediction) {
  return std::min(static_cast<size_t>(prediction * static_cast<double>(N)), N - 1);
}

// What is no number is no prediction: 0.
double Number(double prediction) { return std::isnan(prediction) ? 0 : prediction; }

double Clamp(double prediction) { return std::clamp(Number(prediction), 1e-8, 1 - 1e-8); }

std::array<Bin, kCalibrationBins> CalibrationBins(std::span<const double> predictions,
                                                  std::span<const uint8_t> labels) {
  std::array<Bin, kCalibrationBins> bins{};
  for (size_t i = 0; i < predictions.size(); ++i) {
    const double prediction = Clamp(predictions[i]);
    Bin& bin = bins[BinOf<kCalibrationBins>(prediction)];
    bin.weight += 1;
    bin.prediction += prediction;
    bin.label += labels[i];
  }
  return bins;
}

double CalibrationError(const std::array<Bin, kCalibrationBins>& bins) {
  double error = 0, weight = 0;
  for (const Bin& bin : bins) {
    error += std::abs(bin.prediction - bin.label);
    weight += bin.weight;
  }
  return weight > 0 ? error / weight : 0;
}

std::optional<double> BinnedAuc(std::span<const double> predictions,
                                std::span<const uint8_t> labels) {
  std::vector<double> positive(kRankingBins, 0), negative(kRankingBins, 0);
  for (size_t i = 0; i < predictions.size(); ++i) {
    const size_t bin = BinOf<kRankingBins>(Clamp(predictions[i]));
    (labels[i] != 0 ? positive : negative)[bin] += 1;
  }
  double positives = 0, negatives = 0, area = 0;
  for (size_t b = 0; b < positive.size(); ++b) {
    area += positive[b] * (negatives + negative[b] / 2);
    positives += positive[b];
    negatives += negative[b];
  }
  if (positives == 0 || negatives == 0) return std::nullopt;
  return area / (positives * negatives);
}

std::optional<double> ExactAuc(std::span<const double> predictions,
                               std::span<const uint8_t> labels) {
  const auto value = [&](size_t i) { return Number(predictions[i]); };
  std::vector<size_t> order(predictions.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return value(a) < value(b); });
  double positives = 0, negatives = 0, area = 0;
  for (size_t first = 0; first < order.size();) {
    size_t last = first;
    double tied_positives = 0, tied_negatives = 0;
    for (; last < order.size() && value(order[last]) == value(order[first]); ++last) {
      (labels[order[last]] != 0 ? tied_positives : tied_negatives) += 1;
    }
    area += tied_positives * (negatives + tied_negatives / 2);
    positives += tied_positives;
    negatives += tied_negatives;
    first = last;
  }
  if (positives == 0 || negatives == 0) return std::nullopt;
  return area / (positives * negatives);
}

// The next lower and the next higher of a rising grid; at its ends the number itself.
std::pair<double, double> NeighboursOf(double value, std::span<const double> grid) {
  const auto at = std::lower_bound(grid.begin(), grid.end(), value);
  return {at == grid.begin() ? value : *(at - 1), at + 1 == grid.end() ? value : *(at + 1)};
}

}  // namespace

double BrierScore(std::span<const double> predictions, std::span<const uint8_t> labels) {
  DSB_CHECK(predictions.size() == labels.size());
  double sum = 0;
  for (size_t i = 0; i < predictions.size(); ++i) {
    const double error = Clamp(predictions[i]) - labels[i];
    sum += error * error;
  }
  return predictions.empty() ? 0 : sum / static_cast<double>(predictions.size());
}

PositionQuality QualityOf(std::span<const double> predictions, std::span<const uint8_t> labels) {
  DSB_CHECK(predictions.size() == labels.size());
  PositionQuality quality;
  quality.weight = static_cast<double>(predictions.size());
  if (predictions.empty()) return quality;
  for (size_t i = 0; i < predictions.size(); ++i) {
    quality.mean_prediction += Clamp(predictions[i]);
    quality.mean_label += labels[i];
  }
  quality.mean_prediction /= quality.weight;
  quality.mean_label /= quality.weight;
  quality.brier = BrierScore(predictions, labels);
  const auto bins = CalibrationBins(predictions, labels);
  quality.ece = CalibrationError(bins);
  for (int b = 0; b < kCalibrationBins; ++b) {
    const Bin& bin = bins[static_cast<size_t>(b)];
    if (bin.weight == 0) continue;
    quality.reliability.push_back(
        {b, bin.prediction / bin.weight, bin.label / bin.weight, bin.weight});
  }
  quality.auc = BinnedAuc(predictions, labels);
  quality.auc_exact = ExactAuc(predictions, labels);
  return quality;
}

void ConfidenceRounds::Add(std::span<const float> confidence, int64_t length, int64_t accepted) {
  const auto counted =
      static_cast<size_t>(std::clamp<int64_t>(length, 0, static_cast<int64_t>(confidence.size())));
  if (predictions_.size() < counted) {
    predictions_.resize(counted);
    labels_.resize(counted);
  }
  double survival = 1;
  for (size_t k = 0; k < counted; ++k) {
    survival *= static_cast<double>(confidence[k]);
    predictions_[k].push_back(survival);
    labels_[k].push_back(static_cast<int64_t>(k) < accepted ? 1 : 0);
  }
}

void ConfidenceRounds::Add(const RoundRecord& round) {
  if (round.confidence.empty()) return;
  // Cut by a stop token with no token of the target's own: the stop was a draft, what follows was
  // never judged.
  const bool stop_in_draft = round.cut == 1 && round.committed == round.accepted;
  Add(round.confidence, stop_in_draft ? round.accepted : round.verified, round.accepted);
}

std::span<const double> ConfidenceRounds::predictions(int64_t position) const {
  return predictions_.at(static_cast<size_t>(position));
}

std::span<const uint8_t> ConfidenceRounds::labels(int64_t position) const {
  return labels_.at(static_cast<size_t>(position));
}

ConfidenceQuality QualityOf(const ConfidenceRounds& rounds) {
  ConfidenceQuality result;
  double weight = 0, auc_weight = 0, ece = 0, auc = 0, brier = 0, prediction = 0, label = 0;
  for (int64_t k = 0; k < rounds.num_positions(); ++k) {
    result.positions.push_back(QualityOf(rounds.predictions(k), rounds.labels(k)));
    const PositionQuality& position = result.positions.back();
    weight += position.weight;
    ece += position.weight * position.ece;
    brier += position.weight * position.brier;
    prediction += position.weight * position.mean_prediction;
    label += position.weight * position.mean_label;
    if (position.auc) {
      auc_weight += position.weight;
      auc += position.weight * *position.auc;
    }
  }
  if (weight == 0) return result;
  result.ece = ece / weight;
  result.brier = brier / weight;
  result.mean_prediction = prediction / weight;
  result.mean_label = label / weight;
  if (auc_weight > 0) result.auc = auc / auc_weight;
  return result;
}

TemperatureFit FitTemperatures(std::span<const float> logits, int64_t block,
                               std::span<const int64_t> lengths, std::span<const int64_t> accepted,
                               std::span<const double> grid, int refinements) {
  DSB_CHECK(!grid.empty() && lengths.size() == accepted.size() &&
            logits.size() == lengths.size() * static_cast<size_t>(block));
  TemperatureFit fit;
  std::vector<double> scaled(lengths.size(), 1.0), plain(lengths.size(), 1.0);
  for (int64_t k = 0; k < block; ++k) {
    std::vector<size_t> rows;
    std::vector<uint8_t> labels;
    for (size_t i = 0; i < lengths.size(); ++i) {
      if (lengths[i] <= k) continue;
      rows.push_back(i);
      labels.push_back(accepted[i] > k ? 1 : 0);
    }
    const auto logit = [&](size_t i) {
      return static_cast<double>(logits[i * static_cast<size_t>(block) + static_cast<size_t>(k)]);
    };
    std::vector<double> predictions(rows.size());
    const auto error_at = [&](const std::vector<double>& before, double temperature) {
      for (size_t r = 0; r < rows.size(); ++r) {
        predictions[r] = before[rows[r]] * Sigmoid(logit(rows[r]) / temperature);
      }
      return CalibrationError(CalibrationBins(predictions, labels));
    };
    double best = grid[0], least = error_at(scaled, grid[0]);
    const auto try_out = [&](double temperature) {
      const double error = error_at(scaled, temperature);
      const bool tie_won =
          error == least && std::abs(std::log(temperature)) < std::abs(std::log(best));
      if (error < least || tie_won) best = temperature, least = error;
    };
    for (const double temperature : grid.subspan(1)) try_out(temperature);
    const auto [below, above] = NeighboursOf(best, grid);
    for (int i = 1; i <= refinements; ++i) {
      try_out(below * std::pow(above / below, static_cast<double>(i) / (refinements + 1)));
    }
    fit.ece_before.push_back(error_at(plain, 1.0));
    fit.ece_after.push_back(least);
    fit.temperatures.push_back(best);
    for (size_t i = 0; i < lengths.size(); ++i) {
      scaled[i] *= Sigmoid(logit(i) / best);
      plain[i] *= Sigmoid(logit(i));
    }
  }
  return fit;
}

}  // namespace dsb
