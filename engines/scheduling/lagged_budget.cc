#include "engines/scheduling/lagged_budget.h"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
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
  explicit Usual(std::vector<double> mean) : mean_(std::move(mean)) {}

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
  bool Knows(size_t position) const { return position < mean_.size(); }
  double At(size_t position) const { return Knows(position) ? mean_[position] : 1; }

 private:
  std::vector<double> mean_;
};

// What drafts came to, over what their confidences said: choosing when to draft favours confidences
// that are too high, and a temperature does not mend every head.
class Yield {
 public:
  void Add(double expected, double accepted) {
    expected_ += kNewStepWeight * (expected - expected_);
    accepted_ += kNewStepWeight * (accepted - accepted_);
  }
  double ratio() const { return accepted_ / expected_; }

 private:
  static constexpr double kNewStepWeight = 1.0 / 32;
  double expected_ = 1, accepted_ = 1;  // tokens a step; at first as expected
};

// What one request drafted: confidence[first .. first + count) of its snapshot.
struct Seen {
  int32_t slot = 0;
  int64_t generation = 0;
  size_t first = 0, count = 0;
};

// A step's confidences.
struct Snapshot {
  int64_t step = 0;
  std::vector<Seen> requests;
  std::vector<float> confidence;
  double expected = 0;  // accepted drafts of the budget that was given; 0: none were asked for
  double accepted = 0;

  void Fill(const FinishedRounds& finished) {
    step = finished.step;
    accepted = 0;
    requests.clear();
    confidence.clear();
    for (const FinishedRound& round : finished.rounds) {
      requests.push_back({.slot = round.request.slot,
                          .generation = round.request.generation,
                          .first = confidence.size(),
                          .count = round.confidence.size()});
      confidence.insert(confidence.end(), round.confidence.begin(), round.confidence.end());
      accepted += round.accepted;
    }
  }
  std::span<const float> Of(const Seen& seen) const {
    return std::span(confidence).subspan(seen.first, seen.count);
  }
};

// By their bits, 11 at a time: of positive numbers they are ordered as the numbers are.
void SortFalling(std::vector<float>& values, std::vector<float>& scratch) {
  constexpr int kBits = 11;
  constexpr uint32_t kMask = (1U << kBits) - 1;
  scratch.resize(values.size());
  for (int shift = 0; shift < 32; shift += kBits) {
    std::array<uint32_t, kMask + 1> first = {};
    const auto key = [shift](float value) {
      return (~std::bit_cast<uint32_t>(value) >> shift) & kMask;
    };
    for (const float value : values) ++first[key(value)];
    uint32_t sum = 0;
    for (uint32_t& place : first) sum += std::exchange(place, sum);
    for (const float value : values) scratch[first[key(value)]++] = value;
    values.swap(scratch);
  }
}

class LaggedBudget : public VerifyBudget {
 public:
  explicit LaggedBudget(LaggedOptions options)
      : options_(std::move(options)), usual_(options_.usual_confidence) {
    DSB_CHECK(options_.costs != nullptr && options_.lag >= 1 && options_.probe_share > 0 &&
              options_.probe_share <= 1 && options_.settle_steps >= 1);
  }

  int32_t Next(const LoadView& load) override {
    Forget(load.step - options_.lag);
    Expect(load);
    return Best(static_cast<int64_t>(load.requests.size()));
  }

  void Observe(const FinishedRounds& finished) override {
    Snapshot snapshot;
    if (!spare_.empty()) {
      snapshot = std::move(spare_.back());
      spare_.pop_back();
    }
    snapshot.Fill(finished);
    snapshot.expected = expected_;
    past_.push_back(std::move(snapshot));
  }

  const std::vector<std::vector<float>>* RankedBy() const override {
    return options_.ranks_old ? &old_ : nullptr;
  }

 private:
  // Snapshots before `step` leave their mark on the means; that of `step` is looked at now.
  void Forget(int64_t step) {
    while (!past_.empty() && past_.front().step < step) {
      Snapshot& oldest = past_.front();
      for (const Seen& seen : oldest.requests) usual_.Add(oldest.Of(seen));
      if (oldest.expected > 0) yield_.Add(oldest.expected, oldest.accepted);
      spare_.push_back(std::move(oldest));
      past_.pop_front();
    }
    by_slot_.clear();
    if (past_.empty() || past_.front().step != step) return;
    for (const Seen& seen : past_.front().requests) {
      const auto slot = static_cast<size_t>(seen.slot);
      if (by_slot_.size() <= slot) by_slot_.resize(slot + 1, nullptr);
      by_slot_[slot] = &seen;
    }
  }

  std::span<const float> Old(const RequestLoad& request) const {
    const auto slot = static_cast<size_t>(request.slot);
    if (slot >= by_slot_.size() || by_slot_[slot] == nullptr) return {};
    const Seen& seen = *by_slot_[slot];
    return seen.generation == request.generation ? past_.front().Of(seen)
                                                 : std::span<const float>{};
  }

  // survival_: of every draft that could be verified, the likeliest first.
  void Expect(const LoadView& load) {
    survival_.clear();
    old_.clear();
    guesses_ = false;
    for (const RequestLoad& request : load.requests) {
      const std::span<const float> known = Old(request);
      if (options_.ranks_old) old_.emplace_back();
      double survival = 1;
      for (size_t j = 0; j < static_cast<size_t>(std::max(request.most, 0)); ++j) {
        const double c = j < known.size() ? static_cast<double>(known[j]) : usual_.At(j);
        guesses_ = guesses_ || (j >= known.size() && !usual_.Knows(j));
        if (options_.ranks_old) old_.back().push_back(static_cast<float>(c));
        survival *= c;
        if (survival >= kLeastSurvival) survival_.push_back(static_cast<float>(survival));
      }
    }
    SortFalling(survival_, sorted_);
  }

  int32_t Best(int64_t requests) {
    const std::vector<double>& drafting = Drafting(requests);
    const auto tokens = static_cast<double>(requests);
    double most = tokens / drafting[0], drafts = 0, best_drafts = 0;
    size_t best = 0;
    for (size_t n = 1; n <= survival_.size(); ++n) {
      drafts += static_cast<double>(survival_[n - 1]);
      const double rate = (tokens + drafts) / drafting[n];
      if (rate > most) {
        most = rate;
        best = n;
        best_drafts = drafts;
      }
    }
    const double plain_ns = options_.costs->StepNs(requests, 0, false);
    const bool pays = (tokens + yield_.ratio() * best_drafts) / drafting[best] > tokens / plain_ns;
    const bool settled = Settled(pays);
    const bool drafts_now = settled || probe_ns_ >= drafting[best] - plain_ns;
    probe_ns_ = drafts_now ? 0 : probe_ns_ + options_.probe_share * plain_ns;
    expected_ = drafts_now && !guesses_ ? best_drafts : 0;  // a guess is no promise to be held to
    return drafts_now ? static_cast<int32_t>(best) : kNoDraft;
  }

  bool Settled(bool pays) {
    if (!pays) {
      ++rested_steps_;
      paying_steps_ = 0;
      return false;
    }
    if (++paying_steps_ < std::min(rested_steps_, options_.settle_steps)) return false;
    rested_steps_ = 0;
    return true;
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
  std::deque<Snapshot> past_;    // not in usual_ yet
  std::vector<Snapshot> spare_;  // their memory
  Usual usual_;
  Yield yield_;
  double expected_ = 0;               // of the last Next
  bool guesses_ = false;              // survival_ has certainties that nobody has said
  double probe_ns_ = 0;               // that a probe may cost by now
  int32_t rested_steps_ = 0;          // in which drafting did not pay
  int32_t paying_steps_ = 0;          // since then, in a row
  std::vector<const Seen*> by_slot_;  // of the step that is looked at; into past_.front()
  std::vector<float> survival_, sorted_;
  std::vector<std::vector<float>> old_;
  std::map<int64_t, std::vector<double>> drafting_ns_;  // by requests
};

}  // namespace

std::unique_ptr<VerifyBudget> MakeLaggedBudget(LaggedOptions options) {
  return std::make_unique<LaggedBudget>(std::move(options));
}

}  // namespace dsb
