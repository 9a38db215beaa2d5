// Samples of the real engine against the exact law of the target's logits (verification.md 8,
// statistical test).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"
#include "harness/proof/first_tokens_law.h"
#include "harness/proof/proof_state.h"
#include "harness/proof/prove.h"
#include "results/statistics/chi_square.h"

namespace dsb {

inline constexpr int32_t kComparedTokens = 3;
inline constexpr double kSampleSignificance = 1e-4;
// An engine whose law is off by a total variation of 0.1 must be found nine times out of ten.
inline constexpr ChiSquareGoal kSampleGoal = {
    .significance = kSampleSignificance, .power = 0.9, .total_variation = 0.1};

// What the drafter did in the rounds of the samples' compared tokens.
struct DraftCounts {
  int64_t verified = 0, accepted = 0;
};

struct SampleCheckResult {
  std::string drafter, policy;
  int32_t draft_length = 0, load = 0;
  int64_t samples = 0, degrees_of_freedom = 0;
  double chi_square = 0, p_value = 1;
  double found_total_variation = 1;  // what the test would have found
  DraftCounts drafts;
  ProofState state = ProofState::kInconclusive;
  std::string reason;  // why it is inconclusive
};

struct SampleDraws {
  std::vector<int32_t> prompt;
  SamplingParams sampling;
  int64_t num_samples = 0;
  int32_t load = 1;         // requests in flight; the engine has room for twice as many
  int32_t max_tokens = 16;  // of a request: leaves room for whole blocks
  uint64_t seed = 1;
};

// How often the engine's first tokens fall into each cell of `law`, the rest last.
std::vector<int64_t> CountFirstTokens(Engine& engine, const Clock& clock, const FirstTokensLaw& law,
                                      const SampleDraws& draws, DraftCounts* drafts = nullptr);

// Fills figures, state and reason from what was counted. `needed`: the samples that would do, none
// if not even kMostSearchedSamples do.
void JudgeSamples(const std::vector<int64_t>& counts, const std::vector<double>& law,
                  std::optional<int64_t> needed, SampleCheckResult* result);

inline constexpr int64_t kMostSearchedSamples = 100'000;
// Samples with which a test against the law reaches kSampleGoal.
std::optional<int64_t> NeededSamples(TargetRunner& runner, const SampleDraws& draws);

// Every arm of options.run.arms at every load.
class SampleCheck {
 public:
  // Loads the target and makes all the arms, so that one that does not fit is found at once.
  explicit SampleCheck(const ProveOptions& options);
  ~SampleCheck();
  std::vector<SampleCheckResult> Run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace dsb
