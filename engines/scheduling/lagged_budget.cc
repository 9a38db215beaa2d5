#include "engines/scheduling/lagged_budget.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/error.h"

namespace dsb {
namespace {

constexpr double kLeastSurvival = 1e-6;
constexpr double kNewRoundWeight = 1.0 / 32;  // in the mean of the rounds before

// Mean confidence by position.
class Usual {
 public:
  void Add(std::span<const float> confidence) {
    for (size_t j = 0; j < confidence.size(); ++j) {
      const auto c = static_cast<double>(confidence[j]);
      if (j == mean_.size()) {
        mean_.push_back(c);
      } else {
        mean_[j] += kNewRoundWeight * (c - mean_[j]);
      }
    }
  }
  double At(size_t position) const { return position < mean_.size() ? mean_[position] : 1; }

 private:
  std::vector<double> mean_;
};

class LaggedBudget : public VerifyBudget {
 public:
  explicit LaggedBudget(LaggedOptions options) : options_(std::move(options)) {
    DSB_CHECK(options_.costs != nullptr && options_.lag >= 1 && options_.probe_every >= 1);
  }

  int32_t Next(const LoadView& load) override {
    Forget(load.step - options_.lag);
    Expect(load);
    return Best(static_cast<int64_t>(load.requests.size()),
                load.step - last_drafted_ >= options_.probe_every);
  }

  void Observe(const FinishedRounds& finished) override {
    past_.push_back(finished);
    for (const FinishedRound& round : finished.rounds) {
      if (round.proposed > 0) last_drafted_ = finished.step;
    }
  }

  const std::vector<std::vector<float>>* RankedBy() const override {
    return options_.ranks_old ? &old_ : nullptr;
  }

 private:
  // Rounds before `step` leave their mark on the mean; those of `step` are looked at now.
  void Forget(int64_t step) {
    while (!past_.empty() && past_.front().step < step) {
      for (const FinishedRound& round : past_.front().rounds) usual_.Add(round.confidence);
      past_.pop_front();
    }
    seen_.clear();
    if (past_.empty() || past_.front().step != step) return;
    for (const FinishedRound& round : past_.front().rounds) {
      const auto slot = static_cast<size_t>(round.request.slot);
      if (seen_.size() <= slot) seen_.resize(slot + 1, nullptr);
      seen_[slot] = &round;
    }
  }

  std::span<const float> Old(const RequestLoad& request) const {
    const auto slot = static_cast<size_t>(request.slot);
    if (slot >= seen_.size() || seen_[slot] == nullptr) return {};
    if (seen_[slot]->request.generation != request.generation) return {};
    return seen_[slot]->confidence;
  }

  // survival_: of every draft that could be verified, the likeliest first.
  void Expect(const LoadView& load) {
    survival_.clear();
    old_.clear();
    for (const RequestLoad& request : load.requests) {
      const std::span<const float> known = Old(request);
      if (options_.ranks_old) old_.emplace_back();
      double survival = 1;
      for (size_t j = 0; j < static_cast<size_t>(std::max(request.most, 0)); ++j) {
        const double c = j < known.size() ? static_cast<double>(known[j]) : usual_.At(j);
        if (options_.ranks_old) old_.back().push_back(static_cast<float>(c));
        survival *= c;
        if (survival >= kLeastSurvival) survival_.push_back(survival);
      }
    }
    std::sort(survival_.begin(), survival_.end(), std::greater<>());
  }

  int32_t Best(int64_t requests, bool must_draft) {
    const std::vector<double>& drafting = Drafting(requests);
    double tokens = static_cast<double>(requests);
    int32_t best = must_draft ? 0 : kNoDraft;
    double most = tokens / (must_draft ? drafting[0] : options_.costs->StepNs(requests, 0, false));
    for (size_t n = 1; n <= survival_.size(); ++n) {
      tokens += survival_[n - 1];
      const double rate = tokens / drafting[n];
      if (rate > most) {
        most = rate;
        best = static_cast<int32_t>(n);
      }
    }
    return best;
  }

  // [survival_ + 1 or more] a step's time by the drafts that it verifies.
  const std::vector<double>& Drafting(int64_t requests) {
    std::vector<double>& ns = drafting_ns_[requests];
    while (ns.size() <= survival_.size()) {
      ns.push_back(options_.costs->StepNs(requests, static_cast<int64_t>(ns.size()), true));
    }
    return ns;
  }

  const LaggedOptions options_;
  std::deque<FinishedRounds> past_;  // not in usual_ yet
  Usual usual_;
  int64_t last_drafted_ = 0;                // step
  std::vector<const FinishedRound*> seen_;  // by slot, of the step that is looked at; into past_
  std::vector<double> survival_;
  std::vector<std::vector<float>> old_;
  std::map<int64_t, std::vector<double>> drafting_ns_;  // by requests
};

}  // namespace

std::unique_ptr<VerifyBudget> MakeLaggedBudget(LaggedOptions options) {
  return std::make_unique<LaggedBudget>(std::move(options));
}

}  // namespace dsb
