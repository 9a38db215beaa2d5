// Samples of the real engine against the exact law of the target's logits (verification.md 8,
// statistical test).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"
#include "harness/proof/first_tokens_law.h"
#include "harness/proof/prove.h"

namespace dsb {

inline constexpr int32_t kComparedTokens = 3;
inline constexpr double kSampleSignificance = 1e-4;

struct SampleCheckResult {
  std::string drafter;
  int32_t load = 0;
  int64_t samples = 0, degrees_of_freedom = 0;
  double chi_square = 0, p_value = 1;
  bool passed = false;
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
                                      const SampleDraws& draws);

// Every drafter of options.run.drafters at every load.
std::vector<SampleCheckResult> CheckSamples(const ProveOptions& options);

}  // namespace dsb
