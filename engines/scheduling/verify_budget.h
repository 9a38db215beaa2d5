// How many drafts of all requests together a target pass verifies. Stateful, on the host. What it
// sees are its types: the requests as they stand before they are drafted for, and rounds that are
// over. No token and no confidence of the round that it decides can reach it, so every budget is
// lossless, given that random draws are keyed by the round (verification.md 2 and 6). Which drafts
// fill it is admission.h. One thread.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace dsb {

// A request that is about to be drafted for.
struct RequestLoad {
  int32_t slot = 0;
  int64_t generation = 0;  // tells apart the requests that a slot holds one after the other
  uint32_t round = 0;      // verify rounds of the request so far
  int32_t most = 0;        // drafts of it that can be verified now
  auto operator<=>(const RequestLoad&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct LoadView {
  int64_t step = 0;  // of the engine, from 1; one that only prefills counts and is never observed
  std::span<const RequestLoad> requests;
};

struct FinishedRound {
  RequestLoad request;  // as Next was shown it
  int32_t proposed = 0;
  int32_t verified = 0;
  int32_t accepted = 0;
  std::vector<float> confidence;  // [proposed], or empty without a confidence head
  auto operator<=>(const FinishedRound&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct FinishedRounds {
  int64_t step = 0;
  std::vector<FinishedRound> rounds;  // without requests whose logits were not finite
  auto operator<=>(const FinishedRounds&) const = default;
};

inline constexpr int32_t kUnlimitedBudget = std::numeric_limits<int32_t>::max();
// Nothing is verified, and nothing needs to be drafted: as far as the pass goes, 0.
inline constexpr int32_t kNoDraft = -1;

class VerifyBudget {
 public:
  virtual ~VerifyBudget() = default;
  // Once a round: 0 or more, where more than can be verified means all, or kNoDraft.
  virtual int32_t Next(const LoadView& load) = 0;
  // After the round's tokens are committed, before the next one's Next.
  virtual void Observe(const FinishedRounds& finished) = 0;
  // Confidences of earlier rounds to rank this one's drafts by, [requests of the last Next]; null:
  // its own.
  virtual const std::vector<std::vector<float>>* RankedBy() const { return nullptr; }
};

// `tokens` in every round.
std::unique_ptr<VerifyBudget> MakeFixedBudget(int32_t tokens);

}  // namespace dsb
