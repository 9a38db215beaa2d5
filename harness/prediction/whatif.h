// Your drafter's rounds on another machine's costs: at which load it pays, with which draft length,
// and how long its accepted length must be to break even. In the middle of answers: no prefill, no
// queue.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "engines/simulated/acceptance.h"
#include "engines/simulated/step_cost.h"
#include "harness/prediction/paper_study.h"

namespace dsb {

struct WhatifInput {
  std::shared_ptr<const AcceptanceModel> acceptance;
  // Costs at a draft length, the named one and one for each of the draws (a kd each, say).
  std::function<std::shared_ptr<const StepCost>(int32_t drafts, int32_t draw)> cost;
  std::vector<int32_t> users;
  int32_t most_drafts = 7;
  int64_t rounds = 12000;
  int32_t num_draws = 20;  // each with rounds of its own seed
};
inline constexpr int32_t kNamedCost = -1;  // not a draw

struct WhatifRow {
  int32_t users = 0;
  double plain = 0;         // tokens/s a user without drafts
  int32_t best_drafts = 0;  // 0: plain decoding is fastest
  double best = 0;          // tokens/s a user with whole blocks of so many drafts
  Band best_gain;           // over plain, at best_drafts (of a block of 1 if that is 0)
  double scheduled = 0;     // blocks of most_drafts under a lagged budget
  double verified = 0;      // tokens a request and step there
  Band scheduled_gain;
  // Accepted length at which blocks of best_drafts (1 if that is 0) are as fast as plain decoding,
  // and what it is.
  double break_even = 0, accepted_length = 0;
};
// Equal for any number of threads. `scheduled` is 0 if the rounds have no confidences.
std::vector<WhatifRow> StudyWhatif(const WhatifInput& input, ThreadPool& pool);

}  // namespace dsb
