// Two arms of stored runs, real or simulated, as a waterfall: from the accepted length on fixed
// blocks with one user to user speed under load. Everything is a ratio of sums over requests, so
// the intervals resample prompts, the same in all runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/bridge/waterfall.h"
#include "results/checked_run.h"
#include "results/statistics/bootstrap.h"

namespace dsb {

// The runs of one arm.
struct BridgeArm {
  std::string name;
  const CheckedRun* offline = nullptr;  // policy fixed, fewest users: whole blocks
  // Policy fixed at the load; null: there is none, and what verification costs there is told
  // together with what the scheduler prunes. May be `served` itself.
  const CheckedRun* fixed = nullptr;
  const CheckedRun* served = nullptr;          // at the load that is looked at
  std::vector<const CheckedRun*> other_loads;  // of the served arm; for a matched throughput
};

struct BridgeResult {
  Waterfall waterfall;
  std::vector<BridgeStage> stages;
  int64_t num_prompts = 0;  // that all runs answered
  int64_t users = 0;
  std::vector<std::string> notes;  // what could not be told apart, and why
};

// kBadInput if the runs share no prompt, or one of them has no steps or rounds.
BridgeResult BridgeRuns(const BridgeArm& baseline, const BridgeArm& candidate,
                        const BootstrapOptions& options);

}  // namespace dsb
