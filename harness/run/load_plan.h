// The load of a command as a value: which arm replays which visits, in which order. A session
// executes it (plan_replay.h) and knows no kind of load; a further kind is a further function here
// that returns a plan. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workloads/schedule.h"

namespace dsb {

struct PlannedRequest {
  size_t prompt = 0;  // index into the prompts
  int64_t repeat = 0;
  bool operator==(const PlannedRequest&) const = default;
};

struct LoadStage {
  size_t arm = 0;
  std::shared_ptr<const Schedule> schedule = {};  // over the prompts
  int32_t max_tokens = 0;                         // of an answer, unless its prompt says less
  int32_t users = 0;  // of a closed loop; 0: visits come at their own times
  bool first_turns_only = false;
};

struct LoadPlan {
  // As the store has them.
  std::string mode;                    // batch, closed, open, trace
  std::optional<std::string> arrival;  // the schedule's process; none: not one window an arm
  std::optional<int64_t> users, client_cap, think_time_ns;
  std::optional<double> offered_rate_per_s, achieved_rate_per_s, arrival_cv, rate_scale;
  std::shared_ptr<const Schedule> schedule;  // of all measured stages, if they share one
  int64_t drain_ns = 0;                      // for answers after the last arrival; 0: no limit
  bool stop_if_overloaded = false;
  // One after the other; arms never step at the same time. Repeats of warm-up requests are
  // negative.
  std::vector<LoadStage> warmup, measured;
};

// Prompts, and what every kind of load has.
struct PlannedWork {
  std::vector<int32_t> turns = {};  // of each prompt, >= 1
  size_t num_arms = 0;
  int32_t warmup = 0;  // requests per arm
  int32_t max_tokens = 0;
};

struct PairedLoad {
  int64_t repeats = 1;
  int32_t users = 1;
};
// A closed loop for every block of prompts and arm, the arms in ABBA order.
LoadPlan PairedClosedLoops(const PlannedWork& work, const PairedLoad& load);

struct WindowLoad {
  ScheduleLaw law = {};
  int64_t num_visits = 0;
  std::vector<int64_t> trace_times_ns = {};  // of a trace
  int32_t users = 1;                         // of a closed loop
  int32_t client_cap = 0;                    // 0: none
  int64_t drain_s = 0;                       // of open loops and traces
};
// One window an arm over one drawn schedule, arm after arm. kBadInput as DrawSchedule.
LoadPlan OneWindowEach(const PlannedWork& work, const WindowLoad& load);

// Every prompt of a repeat before the next repeat begins; the last block of a repeat may be short.
std::vector<std::vector<PlannedRequest>> PlanBlocks(size_t num_prompts, int64_t repeats,
                                                    size_t block_size);
// Prompts per block: four for each user, so that the ramp down at a block's end stays small.
size_t BlockSize(int concurrency);
// Arms 0, 1, ... in even blocks and backwards in odd ones: over two blocks a linear drift cancels
// (measurement.md 7).
std::vector<size_t> ArmOrder(size_t block, size_t num_arms);
// Keys a request's random draws. Depends on the item, its turn and the repeat only: equal in every
// arm, run and order.
uint64_t RandomId(std::string_view item_key, int64_t repeat, int32_t turn = 0);

}  // namespace dsb
