#include "engines/simulated/generated_acceptance.h"

#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>

#include "base/error.h"
#include "base/logistic.h"
#include "base/philox.h"
#include "base/split_mix.h"
#include "engines/drafter.h"

namespace dsb {
namespace {

constexpr double kRoundSpread = 1.00;
constexpr double kPositionSpread = 1.10;
constexpr double kBlur = 0.37;

// The trapezoid rule on a normal law converges faster than any power of the step.
constexpr int kNodes = 49;
constexpr double kReach = 6;  // standard deviations

template <typename Function>
double NormalMean(Function&& f) {
  double sum = 0, weights = 0;
  for (int i = 0; i < kNodes; ++i) {
    const double x = kReach * (2.0 * i / (kNodes - 1) - 1);
    const double weight = std::exp(-x * x / 2);
    sum += weight * f(x);
    weights += weight;
  }
  return sum / weights;
}

// Words of one round, four a call of the bijection.
class Words {
 public:
  explicit Words(const RoundKey& key) {
    const uint64_t mixed = SplitMix(key.seed) ^ key.request;
    counter_ = {static_cast<uint32_t>(mixed), static_cast<uint32_t>(mixed >> 32), key.round, 0};
    // Disjoint from every stream of philox.h, whose key holds the seed as it stands.
    const uint64_t stream = SplitMix(key.seed ^ 0x73696D756C617465u);  // "simulate"
    key_ = {static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)};
  }
  // In (0, 1).
  double Uniform() {
    if (next_ == 4) {
      words_ = Philox4x32(counter_, key_);
      ++counter_[3];
      next_ = 0;
    }
    return (static_cast<double>(words_[next_++]) + 0.5) * 0x1p-32;
  }
  double Normal() {
    if (spare_is_full_) {
      spare_is_full_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(Uniform()));
    const double angle = 2 * std::numbers::pi * Uniform();
    spare_ = radius * std::sin(angle);
    spare_is_full_ = true;
    return radius * std::cos(angle);
  }

 private:
  std::array<uint32_t, 4> counter_{}, words_{};
  std::array<uint32_t, 2> key_{};
  size_t next_ = 4;
  double spare_ = 0;
  bool spare_is_full_ = false;
};

class GeneratedAcceptance : public AcceptanceModel {
 public:
  explicit GeneratedAcceptance(const GeneratedAcceptanceOptions& options) : options_(options) {}
  int32_t draft_length() const override { return options_.draft_length; }
  bool has_confidence() const override { return true; }
  int32_t Draw(const RoundKey& key, std::span<float> confidence) const override {
    // Requests numbered in order have the domains in turn.
    const DomainLaw& domain = options_.domains[key.request % options_.domains.size()];
    Words words(key);
    const double level = domain.level + options_.delta + kRoundSpread * words.Normal();
    int32_t accepted = 0;
    bool going = true;
    for (size_t j = 0; j < confidence.size(); ++j) {
      const double logit =
          level + domain.slope * static_cast<double>(j) + kPositionSpread * words.Normal();
      const double blurred = (logit + kBlur * words.Normal()) / options_.temperature;
      confidence[j] = static_cast<float>(Sigmoid(options_.bias + blurred));
      // Drawn also behind a rejection: a longer block begins as a shorter one does.
      const double luck = words.Uniform();
      going = going && luck < Sigmoid(logit);
      accepted += going ? 1 : 0;
    }
    return accepted;
  }
  double MeanAcceptedLength(int32_t draft_length) const override {
    return MeanGeneratedLength(options_, draft_length);
  }
  std::string Description() const override { return "generated rounds"; }

 private:
  const GeneratedAcceptanceOptions options_;
};

}  // namespace

const std::vector<DomainLaw>& PaperDomains() {
  // Fitted to Figure 2 of the paper, DSpark on Qwen3-4B.
  static const std::vector<DomainLaw> domains = {
      {"math", 3.29, -0.086}, {"code", 2.88, -0.140}, {"chat", 1.36, -0.131}};
  return domains;
}

double MeanGeneratedLength(const GeneratedAcceptanceOptions& options, int32_t draft_length) {
  double mean = 0;
  for (const DomainLaw& domain : options.domains) {
    mean += NormalMean([&](double u) {
      double survival = 1, length = 1;
      for (int32_t j = 0; j < draft_length; ++j) {
        const double level = domain.level + domain.slope * j + options.delta + kRoundSpread * u;
        // Given the round's luck, positions are independent.
        survival *= NormalMean([&](double e) { return Sigmoid(level + kPositionSpread * e); });
        length += survival;
      }
      return length;
    });
  }
  return mean / static_cast<double>(options.domains.size());
}

double SolveDelta(GeneratedAcceptanceOptions options, double accepted_length,
                  int32_t draft_length) {
  if (!(accepted_length > 1 && accepted_length < draft_length + 1)) {
    ThrowBadInput("accepted length is " + std::to_string(accepted_length) +
                  ", expected more than 1 and less than " + std::to_string(draft_length + 1) +
                  " with " + std::to_string(draft_length) + " drafts");
  }
  double low = -20, high = 20;
  while (high - low > 1e-7) {
    options.delta = (low + high) / 2;
    (MeanGeneratedLength(options, draft_length) < accepted_length ? low : high) = options.delta;
  }
  return (low + high) / 2;
}

std::unique_ptr<AcceptanceModel> MakeGeneratedAcceptance(
    const GeneratedAcceptanceOptions& options) {
  DSB_CHECK(!options.domains.empty() && options.draft_length <= kLongestDraft &&
            options.temperature > 0);
  return std::make_unique<GeneratedAcceptance>(options);
}

}  // namespace dsb
