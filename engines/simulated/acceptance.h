// What a drafter would have accepted and what it would have said of its chances: the stand-in for a
// model in virtual time. No tokens in here, so nothing to be lossless or good. What is true (the
// drafts accepted) and what a scheduler sees (the confidences) are kept apart. Pure: the same key
// gives the same round on every machine, thread and arm.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dsb {

// A round of a request. Equal in all arms of a comparison: common random numbers.
struct RoundKey {
  uint64_t seed = 0;
  uint64_t request = 0;  // EngineRequest::random_id
  uint32_t round = 0;    // verify rounds of the request before this one
};

class AcceptanceModel {
 public:
  virtual ~AcceptanceModel() = default;
  virtual int32_t draft_length() const = 0;  // of the longest block that it can tell of
  virtual bool has_confidence() const = 0;
  // Fills the confidences of a block of confidence.size() <= draft_length() drafts, each the chance
  // that a draft is accepted if those before it are; returns how many would be accepted, were all
  // verified.
  virtual int32_t Draw(const RoundKey& key, std::span<float> confidence) const = 0;
  // Tokens that the request's answer has if nothing cuts it; none: as many as are asked for.
  virtual std::optional<int32_t> AnswerTokens(uint64_t seed, uint64_t request) const {
    static_cast<void>(seed), static_cast<void>(request);
    return std::nullopt;
  }
  // Tokens a round that verifies blocks of `draft_length` whole, bonus included.
  virtual double MeanAcceptedLength(int32_t draft_length) const = 0;
  virtual std::string Description() const = 0;
  virtual bool recorded() const { return false; }  // rounds of a real run, not made up
};

// survival[k-1]: share of the rounds that accept k drafts or more, non-increasing, in [0, 1]
// (verification.md 3, S_k). Rounds are independent of each other; the confidence is the position's
// conditional acceptance S_k / S_{k-1}. kBadInput on anything else.
std::unique_ptr<AcceptanceModel> MakeSurvivalAcceptance(std::vector<double> survival);

// A real run's rounds, confidence and outcome together.
struct RecordedRound {
  std::vector<float> confidence;  // [draft_length], or empty
  int32_t accepted = 0;
};
struct RecordedAnswer {
  int32_t num_tokens = 0;
  std::vector<RecordedRound> rounds;  // in order; those whose block was whole and wholly verified
};
// Each request replays an answer drawn by its key, its rounds in order and again from the first, so
// that what rounds of one answer have in common stays; it is as long as the answer. kBadInput if no
// answer has a round.
std::unique_ptr<AcceptanceModel> MakeRecordedAcceptance(std::vector<RecordedAnswer> answers,
                                                        int32_t draft_length,
                                                        const std::string& source);

}  // namespace dsb
