// What the target itself says of other engines' answers: one prefill an answer (measurement.md 10,
// level 1). One thread beside the pool's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "engines/request.h"
#include "engines/sampling/target_law.h"
#include "engines/target_model/loaded_target.h"
#include "engines/target_model/target_runner.h"
#include "reports/crosscheck/crosscheck_document.h"
#include "results/records.h"

namespace dsb {

class TargetCheck {
 public:
  // Reads the target: kResource, kBadInput as LoadTarget. `longest`: tokens of prompt and answer.
  TargetCheck(const std::string& path, WeightMode mode, int32_t longest, int threads);
  // The best logit less the second best, behind `prompt` and the first `count` of `answer`.
  double Gap(std::span<const int32_t> prompt, std::span<const int32_t> answer, int64_t count);
  // Adds an answer to `sums`, which Judge then makes a verdict of.
  struct Sums {
    int64_t tokens = 0, outside = 0;
    double excess = 0, variance = 0;  // of surprisal over entropy, nats
  };
  void AddSurprisal(std::span<const int32_t> prompt, std::span<const int32_t> answer,
                    const SamplingParams& sampling, Sums& sums);
  static SurprisalCheck Judge(const Sums& sums);
  // Adds a greedy answer's tokens; near: at most `largest_gap` logits below the best.
  void AddGreedy(std::span<const int32_t> prompt, std::span<const int32_t> answer,
                 double largest_gap, GreedyCheck& check);

 private:
  void Prefill(std::span<const int32_t> tokens, int32_t num_logit_rows);
  // A row of logits for each of the answer's tokens.
  void PrefillAnswer(std::span<const int32_t> prompt, std::span<const int32_t> answer);

  std::shared_ptr<const LoadedTarget> target_;
  ThreadPool pool_;
  TargetRunner runner_;
};

// Counts a greedy token behind which the target has these logits.
void AddGreedyToken(std::span<const float> logits, int32_t token, double largest_gap,
                    GreedyCheck& check);

// Of one token's law: mean and variance of its surprisal, and that of `token`; infinite outside the
// support. Nats.
struct Surprisal {
  double token = 0, entropy = 0, variance = 0;
};
Surprisal SurprisalOf(const TokenLaw& law, int32_t token);

}  // namespace dsb
