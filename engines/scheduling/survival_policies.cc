#include "engines/scheduling/survival_policies.h"

#include <algorithm>
#include <tuple>

#include "base/error.h"

namespace dsb {
namespace {

struct Candidate {
  double survival = 0;
  int32_t length = 0;  // verifying up to and including this token, from 1
  size_t request = 0;
};

// All tokens with a chance to be reached. Ties go to shorter prefixes, then to earlier requests:
// values of this round's tokens never decide a tie.
std::vector<Candidate> Rank(std::span<const PolicyRequest> round) {
  std::vector<Candidate> ranking;
  for (size_t r = 0; r < round.size(); ++r) {
    DSB_CHECK(static_cast<int32_t>(round[r].confidence.size()) >= round[r].proposed);
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

std::vector<int32_t> Admit(std::span<const PolicyRequest> round,
                           std::span<const Candidate> admitted) {
  std::vector<int32_t> lengths(round.size(), 0);
  for (const Candidate& candidate : admitted) lengths[candidate.request] = candidate.length;
  return lengths;
}

class RatedPolicy : public VerifyPolicy {
 public:
  RatedPolicy(StepRates rates, bool stops_early)
      : rates_(std::move(rates)), stops_early_(stops_early) {}
  std::string Name() const override { return stops_early_ ? "algorithm1" : "global_argmax"; }
  bool needs_confidence() const override { return true; }

  std::vector<int32_t> Choose(std::span<const PolicyRequest> round) override {
    const std::vector<Candidate> ranking = Rank(round);
    const auto requests = static_cast<int64_t>(round.size());
    auto expected_tokens = static_cast<double>(requests);
    double best = expected_tokens * rates_.At(requests);
    size_t admitted = 0;
    for (size_t i = 0; i < ranking.size(); ++i) {
      expected_tokens += ranking[i].survival;
      const double rate = expected_tokens * rates_.At(requests + static_cast<int64_t>(i) + 1);
      if (rate > best) {
        best = rate;
        admitted = i + 1;
      } else if (stops_early_) {
        break;
      }
    }
    return Admit(round, std::span(ranking).first(admitted));
  }

 private:
  StepRates rates_;
  bool stops_early_;
};

class BudgetPolicy : public VerifyPolicy {
 public:
  explicit BudgetPolicy(int64_t budget) : budget_(budget) {}
  std::string Name() const override { return "budget"; }
  bool needs_confidence() const override { return true; }
  std::vector<int32_t> Choose(std::span<const PolicyRequest> round) override {
    const std::vector<Candidate> ranking = Rank(round);
    const size_t admitted = std::min(ranking.size(), static_cast<size_t>(budget_));
    return Admit(round, std::span(ranking).first(admitted));
  }

 private:
  int64_t budget_;
};

}  // namespace

StepRates::StepRates(std::vector<double> per_s) : per_s_(std::move(per_s)) {
  DSB_CHECK(!per_s_.empty());
}

double StepRates::At(int64_t num_tokens) const {
  const auto last = static_cast<int64_t>(per_s_.size()) - 1;
  return per_s_[static_cast<size_t>(std::min(num_tokens, last))];
}

std::unique_ptr<VerifyPolicy> MakeAlgorithm1(StepRates rates) {
  return std::make_unique<RatedPolicy>(std::move(rates), true);
}

std::unique_ptr<VerifyPolicy> MakeGlobalArgmax(StepRates rates) {
  return std::make_unique<RatedPolicy>(std::move(rates), false);
}

std::unique_ptr<VerifyPolicy> MakeBudget(int64_t budget) {
  DSB_CHECK(budget >= 0);
  return std::make_unique<BudgetPolicy>(budget);
}

}  // namespace dsb
