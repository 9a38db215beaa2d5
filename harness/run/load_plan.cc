#include "harness/run/load_plan.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/error.h"
#include "base/sha256.h"

namespace dsb {
namespace {

// Warm-up answers: long enough for several rounds, short enough to cost little.
constexpr int32_t kWarmupTokens = 16;

std::shared_ptr<const Schedule> InOrder(const std::vector<PlannedRequest>& requests) {
  Schedule schedule;
  schedule.law.process = "closed";
  for (const PlannedRequest& request : requests) {
    schedule.visits.push_back(
        {.item = static_cast<uint32_t>(request.prompt), .repeat = request.repeat});
  }
  return std::make_shared<const Schedule>(std::move(schedule));
}

std::vector<LoadStage> WarmupStages(const PlannedWork& work, int32_t users) {
  std::vector<PlannedRequest> requests;
  const size_t num_prompts = work.turns.size();
  for (size_t i = 0; i < static_cast<size_t>(work.warmup); ++i) {
    requests.push_back(
        {.prompt = i % num_prompts, .repeat = -1 - static_cast<int64_t>(i / num_prompts)});
  }
  const auto schedule = InOrder(requests);
  std::vector<LoadStage> stages;
  for (size_t arm = 0; arm < work.num_arms; ++arm) {
    stages.push_back({.arm = arm,
                      .schedule = schedule,
                      .max_tokens = std::min(kWarmupTokens, work.max_tokens),
                      .users = users,
                      .first_turns_only = true});
  }
  return stages;
}

}  // namespace

LoadPlan PairedClosedLoops(const PlannedWork& work, const PairedLoad& load) {
  LoadPlan plan;
  plan.mode = "closed";
  plan.users = load.users;
  plan.warmup = WarmupStages(work, load.users);
  const auto blocks = PlanBlocks(work.turns.size(), load.repeats, BlockSize(load.users));
  for (size_t block = 0; block < blocks.size(); ++block) {
    const auto schedule = InOrder(blocks[block]);
    for (const size_t arm : ArmOrder(block, work.num_arms)) {
      plan.measured.push_back(
          {.arm = arm, .schedule = schedule, .max_tokens = work.max_tokens, .users = load.users});
    }
  }
  return plan;
}

LoadPlan OneWindowEach(const PlannedWork& work, const WindowLoad& load) {
  const ScheduleLaw& law = load.law;
  LoadPlan plan;
  const bool closed = law.process == "closed", batch = law.process == "batch";
  const bool trace = law.process == "trace";
  plan.mode = closed ? "closed" : batch ? "batch" : trace ? "trace" : "open";
  plan.arrival = law.process;
  const auto schedule = std::make_shared<const Schedule>(
      DrawSchedule(law, work.turns, load.num_visits, load.trace_times_ns));
  plan.schedule = schedule;
  if (closed) plan.users = load.users;
  if (closed || law.think_mean_ns > 0) plan.think_time_ns = law.think_mean_ns;
  if (!closed && load.client_cap > 0) plan.client_cap = load.client_cap;
  if (trace) plan.rate_scale = law.rate_scale;
  if (plan.mode == "open") {
    plan.offered_rate_per_s = law.rate_per_s;
    plan.arrival_cv = law.process == "poisson" ? 1 : law.cv;
  }
  if (!closed && !batch) {
    plan.achieved_rate_per_s = AchievedRate(*schedule);
    plan.drain_ns = load.drain_s * 1'000'000'000;
    // A trace may well be busier at its end: it is replayed as it was.
    plan.stop_if_overloaded = !trace;
  }
  const int32_t users = closed ? load.users : 0;
  plan.warmup = WarmupStages(work, closed ? load.users : 1);
  for (size_t arm = 0; arm < work.num_arms; ++arm) {
    plan.measured.push_back(
        {.arm = arm, .schedule = schedule, .max_tokens = work.max_tokens, .users = users});
  }
  return plan;
}

std::vector<std::vector<PlannedRequest>> PlanBlocks(size_t num_prompts, int64_t repeats,
                                                    size_t block_size) {
  DSB_CHECK(block_size >= 1);
  std::vector<std::vector<PlannedRequest>> blocks;
  for (int64_t repeat = 0; repeat < repeats; ++repeat) {
    for (size_t first = 0; first < num_prompts; first += block_size) {
      std::vector<PlannedRequest>& block = blocks.emplace_back();
      const size_t last = std::min(num_prompts, first + block_size);
      for (size_t prompt = first; prompt < last; ++prompt) block.push_back({prompt, repeat});
    }
  }
  return blocks;
}

size_t BlockSize(int concurrency) { return 4 * static_cast<size_t>(std::max(1, concurrency)); }

std::vector<size_t> ArmOrder(size_t block, size_t num_arms) {
  std::vector<size_t> order(num_arms);
  std::iota(order.begin(), order.end(), size_t{0});
  if (block % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

uint64_t RandomId(std::string_view item_key, int64_t repeat, int32_t turn) {
  std::string text = std::string(item_key) + '\n' + std::to_string(repeat);
  if (turn > 0) text += '\n' + std::to_string(turn);
  const std::string hash = Sha256Hex(text);
  uint64_t id = 0;
  std::from_chars(hash.data(), hash.data() + 16, id, 16);
  return id;
}

}  // namespace dsb
