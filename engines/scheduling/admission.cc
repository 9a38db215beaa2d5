#include "engines/scheduling/admission.h"

#include <algorithm>
#include <bit>

#include "base/error.h"

namespace dsb {
namespace {

// A draft with a chance to be reached, as two numbers of which smaller ones are admitted first.
struct Candidate {
  uint64_t unlikely = 0;  // the complement of survival's bits: of positive numbers they are ordered
  uint64_t place = 0;     // length (verifying up to and including this draft, from 1), request

  Candidate(double survival, int32_t length, size_t request)
      : unlikely(~std::bit_cast<uint64_t>(survival)),
        place(static_cast<uint64_t>(length) << 32 | request) {}
  double survival() const { return std::bit_cast<double>(~unlikely); }
  int32_t length() const { return static_cast<int32_t>(place >> 32); }
  size_t request() const { return place & 0xffffffffU; }
  bool operator<(const Candidate& other) const {
    return unlikely != other.unlikely ? unlikely < other.unlikely : place < other.place;
  }
};

std::vector<Candidate> Candidates(std::span<const DraftedRequest> round) {
  std::vector<Candidate> candidates;
  size_t most = 0;
  for (const DraftedRequest& request : round) most += static_cast<size_t>(request.proposed);
  candidates.reserve(most);
  for (size_t r = 0; r < round.size(); ++r) {
    double survival = 1;
    for (int32_t j = 1; j <= round[r].proposed; ++j) {
      survival *= static_cast<double>(round[r].confidence[static_cast<size_t>(j - 1)]);
      if (!(survival > 0)) break;
      candidates.emplace_back(survival, j, r);
    }
  }
  return candidates;
}

// The first `count` of the order to the front, in any order.
size_t TakeFirst(int32_t count, std::vector<Candidate>& candidates) {
  const auto wanted = static_cast<size_t>(std::max(count, 0));
  if (wanted >= candidates.size()) return candidates.size();
  std::nth_element(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(wanted),
                   candidates.end());
  return wanted;
}

// Sorts, and how many then maximise the expected tokens per second: the first maximum on the way
// (Algorithm 1, which stops before it looks at the next draft), or the highest of all.
size_t TakeBest(size_t num_requests, const StepRates& rates, bool stops_early,
                std::vector<Candidate>& candidates) {
  std::sort(candidates.begin(), candidates.end());
  const auto requests = static_cast<int64_t>(num_requests);
  auto expected_tokens = static_cast<double>(requests);
  double best = expected_tokens * rates.At(requests);
  size_t admitted = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    expected_tokens += candidates[i].survival();
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
  std::vector<Candidate> candidates = Candidates(round);
  const size_t admitted =
      kind == AdmissionKind::kBudget
          ? TakeFirst(params.budget, candidates)
          : TakeBest(round.size(), *params.rates, kind == AdmissionKind::kAlgorithm1, candidates);
  // A request's drafts precede its later ones: the longest is its length.
  for (size_t i = 0; i < admitted; ++i) {
    int32_t& length = lengths[candidates[i].request()];
    length = std::max(length, candidates[i].length());
  }
  return lengths;
}

}  // namespace dsb
