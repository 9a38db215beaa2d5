#include "harness/crosscheck/target_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"

namespace dsb {
namespace {

// |Z| of a lossless sampler stays below; and a support differs at its edge by rounding alone.
constexpr double kLargestZ = 4;
constexpr double kMostOutside = 0.005;

}  // namespace

TargetCheck::TargetCheck(const std::string& path, WeightMode mode, int32_t longest, int threads)
    : target_(LoadTarget(path, mode)),
      pool_(threads),
      runner_(target_->model, {.num_slots = 1, .context_tokens = longest, .feature_layers = {}},
              pool_) {}

void TargetCheck::Prefill(std::span<const int32_t> tokens, int32_t num_logit_rows) {
  for (const int32_t token : tokens) {
    if (token < 0 || token >= target_->vocab_size) {
      ThrowBadInput("--target: an answer has token " + std::to_string(token) + ", the target has " +
                    std::to_string(target_->vocab_size));
    }
  }
  const TargetInput input = {
      .slot = 0, .first_position = 0, .tokens = tokens, .num_logit_rows = num_logit_rows};
  runner_.Forward({&input, 1});
}

double TargetCheck::Gap(std::span<const int32_t> prompt, std::span<const int32_t> answer,
                        int64_t count) {
  std::vector<int32_t> tokens(prompt.begin(), prompt.end());
  tokens.insert(tokens.end(), answer.begin(), answer.begin() + count);
  Prefill(tokens, 1);
  double best = -std::numeric_limits<double>::infinity(), second = best;
  for (const float logit : runner_.Logits(0, 0)) {
    if (logit > best) {
      second = best;
      best = logit;
    } else if (logit > second) {
      second = logit;
    }
  }
  return best - second;
}

Surprisal SurprisalOf(const TokenLaw& law, int32_t token) {
  double mean = 0, square = 0;
  for (const float weight : law.weights) {
    if (weight <= 0) continue;
    const double p = static_cast<double>(weight) / law.sum, surprisal = -std::log(p);
    mean += p * surprisal;
    square += p * surprisal * surprisal;
  }
  const double p = law.probability(token);
  return {.token = p > 0 ? -std::log(p) : std::numeric_limits<double>::infinity(),
          .entropy = mean,
          .variance = std::max(0.0, square - mean * mean)};
}

void AddGreedyToken(std::span<const float> logits, int32_t token, double largest_gap,
                    GreedyCheck& check) {
  ++check.tokens;
  if (token < 0 || static_cast<size_t>(token) >= logits.size()) return;
  const double best = *std::max_element(logits.begin(), logits.end());
  const double below = best - logits[static_cast<size_t>(token)];
  if (below <= 0) {
    ++check.best;
  } else if (below <= largest_gap) {
    ++check.near;
  }
}

void TargetCheck::PrefillAnswer(std::span<const int32_t> prompt, std::span<const int32_t> answer) {
  std::vector<int32_t> tokens(prompt.begin(), prompt.end());
  tokens.insert(tokens.end(), answer.begin(), answer.end() - 1);
  Prefill(tokens, static_cast<int32_t>(answer.size()));
}

void TargetCheck::AddGreedy(std::span<const int32_t> prompt, std::span<const int32_t> answer,
                            double largest_gap, GreedyCheck& check) {
  if (answer.empty()) return;
  PrefillAnswer(prompt, answer);
  for (size_t i = 0; i < answer.size(); ++i) {
    AddGreedyToken(runner_.Logits(0, static_cast<int32_t>(i)), answer[i], largest_gap, check);
  }
}

void TargetCheck::AddSurprisal(std::span<const int32_t> prompt, std::span<const int32_t> answer,
                               const SamplingParams& sampling, Sums& sums) {
  if (answer.empty()) return;
  PrefillAnswer(prompt, answer);
  TokenLaw law;
  for (size_t i = 0; i < answer.size(); ++i) {
    ComputeTargetLaw(runner_.Logits(0, static_cast<int32_t>(i)), sampling, law);
    const Surprisal found = SurprisalOf(law, answer[i]);
    ++sums.tokens;
    if (std::isinf(found.token)) {
      ++sums.outside;
      continue;
    }
    sums.excess += found.token - found.entropy;
    sums.variance += found.variance;
  }
}

SurprisalCheck TargetCheck::Judge(const Sums& sums) {
  SurprisalCheck check;
  check.tokens = sums.tokens;
  check.outside = sums.outside;
  check.z = sums.variance > 0 ? sums.excess / std::sqrt(sums.variance) : 0;
  const auto most = kMostOutside * static_cast<double>(sums.tokens);
  check.passes = std::abs(check.z) < kLargestZ && static_cast<double>(sums.outside) <= most;
  return check;
}

}  // namespace dsb
