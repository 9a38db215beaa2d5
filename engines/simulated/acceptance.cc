#include "engines/simulated/acceptance.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/philox.h"
#include "base/split_mix.h"
#include "engines/drafter.h"

namespace dsb {
namespace {

class SurvivalAcceptance : public AcceptanceModel {
 public:
  explicit SurvivalAcceptance(std::vector<double> survival) : survival_(std::move(survival)) {
    double before = 1;
    for (const double share : survival_) {
      conditional_.push_back(static_cast<float>(before > 0 ? share / before : 0));
      before = share;
    }
  }
  int32_t draft_length() const override { return static_cast<int32_t>(survival_.size()); }
  bool has_confidence() const override { return true; }
  int32_t Draw(const RoundKey& key, std::span<float> confidence) const override {
    std::copy_n(conditional_.begin(), confidence.size(), confidence.begin());
    // One number decides: A >= k just if it is below S_k.
    const double luck = Uniform({.seed = key.seed,
                                 .request = key.request,
                                 .purpose = RandomPurpose::kAccept,
                                 .round = key.round});
    int32_t accepted = 0;
    while (accepted < static_cast<int32_t>(confidence.size()) &&
           luck < survival_[static_cast<size_t>(accepted)]) {
      ++accepted;
    }
    return accepted;
  }
  double MeanAcceptedLength(int32_t draft_length) const override {
    return std::accumulate(survival_.begin(), survival_.begin() + draft_length, 1.0);
  }
  std::string Description() const override { return "survival by position"; }

 private:
  std::vector<double> survival_;
  std::vector<float> conditional_;
};

class RecordedAcceptance : public AcceptanceModel {
 public:
  RecordedAcceptance(std::vector<RecordedAnswer> answers, int32_t draft_length, std::string source)
      : answers_(std::move(answers)), draft_length_(draft_length), source_(std::move(source)) {
    has_confidence_ = !answers_.front().rounds.front().confidence.empty();
  }
  int32_t draft_length() const override { return draft_length_; }
  bool has_confidence() const override { return has_confidence_; }
  int32_t Draw(const RoundKey& key, std::span<float> confidence) const override {
    const std::vector<RecordedRound>& rounds = Answer(key.seed, key.request).rounds;
    const RecordedRound& round = rounds[key.round % rounds.size()];
    if (has_confidence_) {
      std::copy_n(round.confidence.begin(), confidence.size(), confidence.begin());
    }
    return std::min(round.accepted, static_cast<int32_t>(confidence.size()));
  }
  std::optional<int32_t> AnswerTokens(uint64_t seed, uint64_t request) const override {
    return Answer(seed, request).num_tokens;
  }
  double MeanAcceptedLength(int32_t draft_length) const override {
    double tokens = 0, num_rounds = 0;
    for (const RecordedAnswer& answer : answers_) {
      for (const RecordedRound& round : answer.rounds) {
        tokens += 1 + std::min(round.accepted, draft_length);
        ++num_rounds;
      }
    }
    return tokens / num_rounds;
  }
  std::string Description() const override { return "rounds of " + source_; }
  bool recorded() const override { return true; }

 private:
  const RecordedAnswer& Answer(uint64_t seed, uint64_t request) const {
    return answers_[SplitMix(request ^ SplitMix(seed)) % answers_.size()];
  }

  std::vector<RecordedAnswer> answers_;
  int32_t draft_length_;
  std::string source_;
  bool has_confidence_ = false;
};

}  // namespace

std::unique_ptr<AcceptanceModel> MakeSurvivalAcceptance(std::vector<double> survival) {
  const auto found = std::to_string(survival.size());
  if (survival.empty() || survival.size() > static_cast<size_t>(kLongestDraft)) {
    ThrowBadInput("survival: found " + found + " positions, expected 1 to " +
                  std::to_string(kLongestDraft));
  }
  double before = 1;
  for (size_t k = 0; k < survival.size(); ++k) {
    if (!(survival[k] >= 0 && survival[k] <= before)) {
      ThrowBadInput("survival: position " + std::to_string(k + 1) + " is " +
                    std::to_string(survival[k]) + ", expected 0 to " + std::to_string(before) +
                    ", the share before it");
    }
    before = survival[k];
  }
  return std::make_unique<SurvivalAcceptance>(std::move(survival));
}

std::unique_ptr<AcceptanceModel> MakeRecordedAcceptance(std::vector<RecordedAnswer> answers,
                                                        int32_t draft_length,
                                                        const std::string& source) {
  std::erase_if(answers, [](const RecordedAnswer& answer) { return answer.rounds.empty(); });
  if (answers.empty()) {
    ThrowBadInput(source + ": found no round with " + std::to_string(draft_length) +
                  " drafts that were all verified, expected a run of policy fixed");
  }
  const size_t said = answers.front().rounds.front().confidence.size();
  for (const RecordedAnswer& answer : answers) {
    for (const RecordedRound& round : answer.rounds) {
      DSB_CHECK(round.accepted >= 0 && round.accepted <= draft_length);
      if (round.confidence.size() == said) continue;
      ThrowBadInput(source + ": found rounds with " + std::to_string(said) + " and with " +
                    std::to_string(round.confidence.size()) + " confidences, expected one number");
    }
  }
  return std::make_unique<RecordedAcceptance>(std::move(answers), draft_length, source);
}

}  // namespace dsb
