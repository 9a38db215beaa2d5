#include "engines/scheduling/admission.h"

#include <algorithm>
#include <tuple>

#include "base/error.h"

namespace dsb {
namespace {

struct Candidate {
  double survival = 0;
  int32_t length = 0;  // verifying up to and including this draft, from 1
  size_t request = 0;
};

// All drafts with a chance to be reached, in the order in which they are admitted.
std::vector<Candidate> Rank(std::span<const DraftedRequest> round) {
  std::vector<Candidate> ranking;
  for (size_t r = 0; r < round.size(); ++r) {
    double survival = 1;
    for (int32_t j = 1; j <= round[r].proposed; ++j) {
      survival *= static_cast<double>(round[r].confidence[static_cast<size_t>(j - 1)]);
      if (!(survival > 0)) break;
      ranking.push_back({.survival = survival, .length = j, .request = r});
    }
  }
  std::sort(ranking.begin(), ranking.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(-a.survival, a.length, a.request) <
           std::tuple(-b.survival, b.length, b.request);
  });
  return ranking;
}

// How many of the ranking maximise the expected tokens per second: the first maximum on the way
// (Algorithm 1, which stops before it looks at the next draft), or the highest of all.
size_t BestCount(std::span<const Candidate> ranking, size_t num_requests, const StepRates& rates,
                 bool stops_early) {
  const auto requests = static_cast<int64_t>(num_requests);
  auto expected_tokens = static_cast<double>(requests);
  double best = expected_tokens * rates.At(requests);
  size_t admitted = 0;
  for (size_t i = 0; i < ranking.size(); ++i) {
    expected_tokens += ranking[i].survival;
    const double rate = expected_tokens * rates.At(requests + static_cast<int64_t>(i) + 1);
    if (rate > best) {
      best = rate;
      admitted = i + 1;
    } else if (stops_early) {
      break;
    }
  }
  return admitted;
}

int32_t ConfidentLength(const DraftedRequest& request, double threshold) {
  int32_t length = 0;
  while (length < request.proposed &&
         static_cast<double>(request.confidence[static_cast<size_t>(length)]) >= threshold) {
    ++length;
  }
  return length;
}

}  // namespace

std::vector<int32_t> Admit(AdmissionKind kind, const AdmissionParams& params,
                           std::span<const DraftedRequest> round) {
  std::vector<int32_t> lengths(round.size(), 0);
  if (kind == AdmissionKind::kNone) return lengths;
  for (size_t r = 0; r < round.size(); ++r) {
    if (kind == AdmissionKind::kFixed) {
      lengths[r] = round[r].proposed;
      continue;
    }
    DSB_CHECK(static_cast<int32_t>(round[r].confidence.size()) >= round[r].proposed);
    if (kind == AdmissionKind::kThreshold) lengths[r] = ConfidentLength(round[r], params.threshold);
  }
  if (kind <= AdmissionKind::kThreshold) return lengths;
  const std::vector<Candidate> ranking = Rank(round);
  const size_t admitted =
      kind == AdmissionKind::kBudget
          ? std::min(ranking.size(), static_cast<size_t>(std::max(params.budget, 0)))
          : BestCount(ranking, round.size(), *params.rates, kind == AdmissionKind::kAlgorithm1);
  for (size_t i = 0; i < admitted; ++i) lengths[ranking[i].request] = ranking[i].length;
  return lengths;
}

}  // namespace dsb
