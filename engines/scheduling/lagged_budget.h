// The production budget (paper 5.2, verification.md 6): as many drafts as gave the most tokens per
// second if this round's confidences were those of two steps ago, whatever the steps between. The
// maximum over all numbers, not the first one on the way: a staircase of costs does not stop it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engines/scheduling/cost_table.h"
#include "engines/scheduling/verify_budget.h"

namespace dsb {

struct LaggedOptions {
  std::shared_ptr<const CostTable> costs;  // not null
  int32_t lag = 2;                         // steps, at least 1
  // Ranks by the old confidences too, as one public server does; else today's are ranked.
  bool ranks_old = false;
  // While nothing is drafted, now and then one step is, to see whether it would pay by now: this
  // share of the time may be lost to that by the table, which does not know what a drafter that
  // rested has to take in first: 2 to 3 times as much was, on a CPU (docs/load.md).
  double probe_share = 0.004;  // above 0, at most 1
  // A drafter that rested has all in between to take in, which a short dip of the load does not
  // earn: drafting must seem to pay for as many steps in a row as it did not, this many at most.
  int32_t settle_steps = 8;
  // What blocks like these had before, by position: known before the first round. Empty: nothing.
  std::vector<double> usual_confidence = {};
};

// What it does not know of a request, because that was not drafted for `lag` steps ago, it takes
// from the mean of the rounds before, newer ones weighing more; before the first from
// `usual_confidence`, certainty if that is empty. Whether to draft at all is weighed anew: for
// that, expected drafts count as much as those of the steps before `lag` came to, over what was
// expected of them, and if drafting does not gain its cost the answer is kNoDraft. It may only see
// what the interface shows it, so all of this is lossless.
std::unique_ptr<VerifyBudget> MakeLaggedBudget(LaggedOptions options);

}  // namespace dsb
