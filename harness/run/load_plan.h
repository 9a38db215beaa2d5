// The load of a command as a value: which arm replays which requests through which source, in which
// order. A session executes it (plan_replay.h) and knows no kind of load; a further kind is a
// further function here that returns a plan. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/replay/arrival.h"

namespace dsb {

struct PlannedRequest {
  size_t prompt = 0;  // index into the prompts
  int64_t repeat = 0;
  bool operator==(const PlannedRequest&) const = default;
};

struct SourceStart {
  int64_t start_ns = 0;   // the arm's clock now
  int max_in_flight = 1;  // what its engine takes
};
// The source of one stage, over those of its requests that an earlier session has not finished.
using MakeSource = std::function<std::unique_ptr<ArrivalSource>(
    std::vector<PreparedRequest> requests, const SourceStart& start)>;

struct LoadStage {
  size_t arm = 0;
  std::vector<PlannedRequest> requests;
  int32_t max_tokens = 0;
  MakeSource make_source;
};

struct LoadPlan {
  std::string mode;  // the store's word: batch, closed, open, trace
  std::optional<int64_t> users;
  std::optional<double> offered_rate_per_s;
  // One after the other; arms never step at the same time. Repeats of warm-up requests are
  // negative.
  std::vector<LoadStage> warmup, measured;
};

struct InterleavedLoad {
  size_t num_prompts = 0, num_arms = 0;
  int64_t repeats = 1;
  int32_t users = 1;
  int32_t warmup = 0;  // requests per arm
  int32_t max_tokens = 0;
};
// A closed loop for every block of prompts and arm, the arms in ABBA order.
LoadPlan InterleavedClosedLoops(const InterleavedLoad& load);

// Every prompt of a repeat before the next repeat begins; the last block of a repeat may be short.
std::vector<std::vector<PlannedRequest>> PlanBlocks(size_t num_prompts, int64_t repeats,
                                                    size_t block_size);
// Prompts per block: four for each user, so that the ramp down at a block's end stays small.
size_t BlockSize(int concurrency);
// Arms 0, 1, ... in even blocks and backwards in odd ones: over two blocks a linear drift cancels
// (measurement.md 7).
std::vector<size_t> ArmOrder(size_t block, size_t num_arms);
// Keys a request's random draws. Depends on the item and the repeat only: equal in every arm, run
// and order.
uint64_t RandomId(std::string_view item_key, int64_t repeat);

}  // namespace dsb
