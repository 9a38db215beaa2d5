#include "engines/sampling/target_law.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "kernels/vocabulary_row.h"

namespace dsb {
namespace {

using Candidate = std::pair<float, int32_t>;  // weight, token

// Heaviest first; equal weights in vocabulary order.
bool Before(const Candidate& a, const Candidate& b) {
  return a.first > b.first || (a.first == b.first && a.second < b.second);
}

std::vector<Candidate> CandidatesFrom(std::span<const float> weights, float least) {
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0 && weights[i] >= least) {
      candidates.emplace_back(weights[i], static_cast<int32_t>(i));
    }
  }
  return candidates;
}

double KeepOnly(std::span<const Candidate> kept, std::span<float> weights) {
  std::fill(weights.begin(), weights.end(), 0.0f);
  double sum = 0;
  for (const auto& [weight, token] : kept) {
    weights[static_cast<size_t>(token)] = weight;
    sum += static_cast<double>(weight);
  }
  return sum;
}

void KeepTopK(int32_t k, TokenLaw& law) {
  if (static_cast<size_t>(k) >= law.weights.size()) return;
  std::vector<Candidate> candidates = CandidatesFrom(law.weights, 0);
  if (candidates.size() <= static_cast<size_t>(k)) return;
  std::nth_element(candidates.begin(), candidates.begin() + k, candidates.end(), Before);
  candidates.resize(static_cast<size_t>(k));
  std::sort(candidates.begin(), candidates.end(), Before);
  law.sum = KeepOnly(candidates, law.weights);
}

// The shortest list of heaviest tokens whose mass reaches top_p.
void KeepTopP(double top_p, TokenLaw& law) {
  const double wanted = top_p * law.sum;
  // Most of the mass is in few tokens: sort only as many as are needed.
  for (const float least : {1e-2f, 1e-4f, 1e-6f, 0.0f}) {
    std::vector<Candidate> candidates = CandidatesFrom(law.weights, least);
    std::sort(candidates.begin(), candidates.end(), Before);
    double mass = 0;
    for (size_t count = 0; count < candidates.size(); ++count) {
      mass += static_cast<double>(candidates[count].first);
      if (mass < wanted) continue;
      candidates.resize(count + 1);
      law.sum = KeepOnly(candidates, law.weights);
      return;
    }
  }
}

std::string Shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value).ptr;
  return {text.begin(), end};
}

}  // namespace

std::string SamplingLawText(const SamplingParams& sampling) {
  if (IsGreedy(sampling)) return "argmax, lowest id first";
  std::string text = "softmax(logits / " + Shortest(sampling.temperature) + ")";
  if (sampling.top_k > 0) text += ", top_k " + std::to_string(sampling.top_k);
  if (sampling.top_p < 1) text += ", top_p " + Shortest(sampling.top_p);
  return text;
}

void ComputeTargetLaw(std::span<const float> logits, const SamplingParams& sampling,
                      TokenLaw& law) {
  law.weights.resize(logits.size());
  law.sum = SoftmaxWeights(logits, static_cast<float>(1 / sampling.temperature), law.weights);
  if (sampling.top_k > 0) KeepTopK(sampling.top_k, law);
  if (sampling.top_p < 1) KeepTopP(sampling.top_p, law);
}

}  // namespace dsb
