// Times steps of an engine, whose budget it sets, at one number of requests.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engines/engine.h"
#include "engines/scheduling/cost_table.h"
#include "engines/scheduling/verify_budget.h"

namespace dsb {

// What the next rounds verify; the engine's budget says it, the profiler sets it.
struct SetBudget {
  int32_t tokens = 0;
};
std::unique_ptr<VerifyBudget> MakeSetBudget(std::shared_ptr<const SetBudget> set);

struct ProfiledRow {
  VerifyCosts verify;
  CostPoint draft;              // samples 0 without a drafter
  int64_t deepest_context = 0;  // tokens of a request at the end, the mean of the deepest step
};

struct ProfileLoad {
  int32_t requests = 1, context_depth = 0, samples = 5;
  int32_t draft_length = 0;       // 0 without a drafter
  std::span<const int32_t> text;  // tokens that prompts are cut from, context_depth or more
  // A device's phases are the host's launches, not its work: drafting takes what a step without
  // verified drafts takes more than one that drafts nothing.
  bool on_device = false;
};

// The numbers of drafts that are timed with so many requests: none, and up to 16 steps to all.
std::vector<int32_t> ProfiledBudgets(int32_t requests, int32_t draft_length);
// Tokens per sequence that ProfileRequests needs, or may need if every draft is accepted.
int32_t ProfileContext(const ProfileLoad& load);

// One step of each budget after the other, `samples` times, so that what drifts drifts for all,
// each time with new requests of `context_depth` tokens. The engine has `set` as its budget, and
// nothing in flight. False: `stop` was set.
bool ProfileRequests(const ProfileLoad& load, SetBudget& set, Engine& engine,
                     const std::atomic<bool>& stop, ProfiledRow& row);

}  // namespace dsb
