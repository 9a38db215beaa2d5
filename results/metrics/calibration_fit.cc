#include "results/metrics/calibration_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/logistic.h"
#include "base/sha256.h"
#include "results/metrics/selection.h"

namespace dsb {
namespace {

struct Judged {
  const std::string* prompt;
  std::vector<double> logits;
  int64_t length = 0, accepted = 0;  // as ConfidenceRounds::Add counts them
};

// Log-spaced over [1/8, 8] with 1 in the middle.
std::vector<double> Grid() {
  std::vector<double> grid;
  for (int i = -24; i <= 24; ++i) grid.push_back(std::exp2(i / 8.0));
  return grid;
}

bool IsFitted(const std::string& key, double share) {
  const std::string hash = Sha256Hex("calibration\n" + key);
  return static_cast<double>(std::stoul(hash.substr(0, 8), nullptr, 16)) / 4294967296.0 < share;
}

void Collect(const RequestRow& row, std::vector<Judged>& into) {
  for (const RoundRecord& round : row.request.rounds) {
    if (round.confidence.empty()) continue;
    if (round.verified != round.proposed) {
      ThrowBadInput("a round of " + row.prompt.item_key + " verified " +
                    std::to_string(round.verified) + " of " + std::to_string(round.proposed) +
                    " drafts, expected all: calibrate on a run with --policy threshold "
                    "--threshold 0, or fixed where the drafter has a confidence head");
    }
    const bool stop_in_draft = round.cut == 1 && round.committed == round.accepted;
    Judged judged{.prompt = &ClusterOf(row),
                  .logits = {},
                  .length = stop_in_draft ? round.accepted : round.verified,
                  .accepted = round.accepted};
    for (const float c : round.confidence) judged.logits.push_back(LogitOf(static_cast<double>(c)));
    into.push_back(std::move(judged));
  }
}

std::vector<double> Temperatures(const std::vector<Judged>& rounds, size_t block) {
  std::vector<float> logits;
  std::vector<int64_t> lengths, accepted;
  for (const Judged& round : rounds) {
    for (size_t k = 0; k < block; ++k) {
      logits.push_back(k < round.logits.size() ? static_cast<float>(round.logits[k]) : 0);
    }
    lengths.push_back(round.length);
    accepted.push_back(round.accepted);
  }
  return FitTemperatures(logits, static_cast<int64_t>(block), lengths, accepted, Grid(),
                         /*refinements=*/21)
      .temperatures;
}

// Of the scaled confidences of one position, whatever came before it; 1 if there are none.
double MeanConfidence(const std::vector<Judged>& rounds, size_t position, double temperature) {
  double sum = 0, count = 0;
  for (const Judged& round : rounds) {
    if (position >= round.logits.size()) continue;
    sum += Sigmoid(round.logits[position] / temperature);
    ++count;
  }
  return count > 0 ? sum / count : 1;
}

// What one prompt adds to the figures of one position; those of several prompts are added up.
struct Sums {
  struct Bin {
    double weight = 0, prediction = 0, label = 0;
  };
  std::array<Bin, kCalibrationBins> bins = {};
  double count = 0, squares = 0;
  std::map<int, std::array<double, 2>> ranks;  // by bin of kRankingBins: judged wrong, right

  void Add(double prediction, bool right) {
    const double p = std::clamp(prediction, 1e-8, 1 - 1e-8);
    Bin& bin = bins[std::min(static_cast<size_t>(p * kCalibrationBins), bins.size() - 1)];
    bin.weight += 1;
    bin.prediction += p;
    bin.label += right ? 1 : 0;
    count += 1;
    squares += (p - (right ? 1 : 0)) * (p - (right ? 1 : 0));
    ranks[std::min(static_cast<int>(p * kRankingBins), kRankingBins - 1)][right ? 1 : 0] += 1;
  }
  void Add(const Sums& other, double times) {
    for (size_t b = 0; b < bins.size(); ++b) {
      bins[b].weight += times * other.bins[b].weight;
      bins[b].prediction += times * other.bins[b].prediction;
      bins[b].label += times * other.bins[b].label;
    }
    count += times * other.count;
    squares += times * other.squares;
    for (const auto& [bin, numbers] : other.ranks) {
      ranks[bin][0] += times * numbers[0];
      ranks[bin][1] += times * numbers[1];
    }
  }
  std::optional<double> Ece() const {
    double error = 0;
    for (const Bin& bin : bins) error += std::abs(bin.prediction - bin.label);
    return count > 0 ? std::optional(error / count) : std::nullopt;
  }
  std::optional<double> Brier() const {
    return count > 0 ? std::optional(squares / count) : std::nullopt;
  }
  std::optional<double> Auc() const {
    double wrong = 0, right = 0, area = 0;
    for (const auto& [bin, numbers] : ranks) {
      area += numbers[1] * (wrong + numbers[0] / 2);
      wrong += numbers[0];
      right += numbers[1];
    }
    if (wrong == 0 || right == 0) return std::nullopt;
    return area / (wrong * right);
  }
};

using Figure = std::optional<double> (Sums::*)() const;
constexpr Figure kFigures[] = {&Sums::Ece, &Sums::Brier, &Sums::Auc};

// ECE, Brier and AUC of one position with intervals over prompts. `prompts` in the table's order.
std::array<Estimate, 3> Estimates(const std::vector<Sums>& prompts, const ClusterTable& table,
                                  const BootstrapOptions& options) {
  Sums all;
  for (const Sums& sums : prompts) all.Add(sums, 1);
  std::array<std::vector<double>, 3> resampled;
  const bool intervals = table.num_clusters() >= kMinPromptsForInterval;
  ResampleDraws draws(table, options, "all");
  for (int64_t i = 0; intervals && i < options.num_resamples; ++i) {
    const std::vector<uint32_t>& counts = draws.Draw(i);
    Sums sum;
    for (size_t p = 0; p < prompts.size(); ++p) {
      if (counts[p] > 0) sum.Add(prompts[p], counts[p]);
    }
    for (size_t f = 0; f < 3; ++f) {
      if (const auto value = (sum.*kFigures[f])()) resampled[f].push_back(*value);
    }
  }
  std::array<Estimate, 3> estimates;
  for (size_t f = 0; f < 3; ++f) {
    Estimate& estimate = estimates[f];
    estimate.value = (all.*kFigures[f])();
    estimate.n = table.num_clusters();
    if (!estimate.value || resampled[f].size() < 100) continue;
    const auto [lo, hi] = PercentileInterval(std::move(resampled[f]), options.level);
    estimate.lo = lo;
    estimate.hi = hi;
    estimate.level = options.level;
    estimate.method = "cluster_bootstrap";
    estimate.num_resamples = options.num_resamples;
    estimate.statistics_seed = static_cast<int64_t>(options.statistics_seed);
  }
  return estimates;
}

class Judge {
 public:
  Judge(const std::vector<Judged>& rounds, const BootstrapOptions& options)
      : rounds_(rounds), options_(options), table_(1) {
    for (const Judged& round : rounds) table_.Add("all", *round.prompt, std::array{1.0});
    for (const auto& [key, sums] : table_.rows()) index_[key.second] = index_.size();
  }

  std::array<Estimate, 3> At(size_t position, const std::vector<double>& temperatures,
                             std::vector<ReliabilityBin>& reliability) const {
    std::vector<Sums> prompts(index_.size());
    Sums all;
    for (const Judged& round : rounds_) {
      if (round.length <= static_cast<int64_t>(position)) continue;
      double survival = 1;
      for (size_t k = 0; k <= position; ++k) survival *= Sigmoid(round.logits[k] / temperatures[k]);
      const bool right = round.accepted > static_cast<int64_t>(position);
      prompts[index_.at(*round.prompt)].Add(survival, right);
      all.Add(survival, right);
    }
    for (int b = 0; b < kCalibrationBins; ++b) {
      const Sums::Bin& bin = all.bins[static_cast<size_t>(b)];
      if (bin.weight == 0) continue;
      reliability.push_back({b, bin.prediction / bin.weight, bin.label / bin.weight, bin.weight});
    }
    return Estimates(prompts, table_, options_);
  }

 private:
  const std::vector<Judged>& rounds_;
  const BootstrapOptions& options_;
  ClusterTable table_;
  std::map<std::string, size_t> index_;
};

std::vector<ThresholdPoint> Sweep(const std::vector<Judged>& rounds,
                                  const std::vector<double>& temperatures) {
  std::vector<ThresholdPoint> points;
  for (int step = 0; step < 20; ++step) {
    ThresholdPoint point{.threshold = step * 0.05};
    for (const Judged& round : rounds) {
      int64_t length = 0;
      while (length < round.length &&
             Sigmoid(round.logits[static_cast<size_t>(length)] /
                     temperatures[static_cast<size_t>(length)]) >= point.threshold) {
        ++length;
      }
      point.verified += static_cast<double>(length);
      point.accepted += static_cast<double>(std::min(length, round.accepted));
    }
    const auto count = static_cast<double>(rounds.size());
    point.verified /= count;
    point.accepted /= count;
    point.acceptance = (1 + point.accepted) / (1 + point.verified);
    points.push_back(point);
  }
  return points;
}

}  // namespace

CalibrationFit FitCalibration(const RunData& run, const CalibrationFitOptions& options) {
  DSB_CHECK(options.fit_share > 0 && options.fit_share < 1);
  std::vector<Judged> fitted, judged;
  std::set<std::string> fitted_prompts, judged_prompts, fitted_items;
  for (const RequestRow* row : Select(run).acceptance) {
    const bool fits = IsFitted(ClusterOf(*row), options.fit_share);
    Collect(*row, fits ? fitted : judged);
    (fits ? fitted_prompts : judged_prompts).insert(ClusterOf(*row));
    if (fits) fitted_items.insert(row->prompt.item_key);
  }
  if (fitted.empty() || judged.empty()) {
    ThrowBadInput("the run has " + Counted(static_cast<int64_t>(fitted.size()), "round") +
                  " to fit on and " + std::to_string(judged.size()) +
                  " to judge by, with confidences; expected some of both");
  }
  size_t block = 0;
  for (const Judged& round : fitted) block = std::max(block, round.logits.size());
  for (const Judged& round : judged) block = std::max(block, round.logits.size());
  CalibrationFit fit;
  fit.fitted_prompts = static_cast<int64_t>(fitted_prompts.size());
  fit.judged_prompts = static_cast<int64_t>(judged_prompts.size());
  fit.fitted_rounds = static_cast<int64_t>(fitted.size());
  fit.judged_rounds = static_cast<int64_t>(judged.size());
  fit.fitted_items.assign(fitted_items.begin(), fitted_items.end());
  const std::vector<double> temperatures = Temperatures(fitted, block), ones(block, 1.0);
  const Judge judge(judged, options.bootstrap);
  for (size_t k = 0; k < block; ++k) {
    FittedPosition& position = fit.positions.emplace_back();
    position.temperature = temperatures[k];
    position.mean_confidence = MeanConfidence(fitted, k, temperatures[k]);
    position.rounds = std::count_if(judged.begin(), judged.end(), [k](const Judged& round) {
      return round.length > static_cast<int64_t>(k);
    });
    const auto before = judge.At(k, ones, position.reliability_before);
    const auto after = judge.At(k, temperatures, position.reliability_after);
    position.ece_before = before[0];
    position.brier_before = before[1];
    position.auc_before = before[2];
    position.ece_after = after[0];
    position.brier_after = after[1];
    position.auc_after = after[2];
  }
  fit.thresholds = Sweep(judged, temperatures);
  return fit;
}

}  // namespace dsb
