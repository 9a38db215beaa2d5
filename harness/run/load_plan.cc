#include "harness/run/load_plan.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/sha256.h"

namespace dsb {
namespace {

// Warm-up answers: long enough for several rounds, short enough to cost little.
constexpr int32_t kWarmupTokens = 16;

MakeSource ClosedLoopOf(int32_t users) {
  return [users](std::vector<PreparedRequest> requests, const SourceStart& start) {
    return std::make_unique<ClosedLoop>(
        std::move(requests),
        ClosedLoop::Options{
            .num_users = users, .max_in_flight = start.max_in_flight, .start_ns = start.start_ns});
  };
}

std::vector<PlannedRequest> WarmupRequests(const InterleavedLoad& load) {
  std::vector<PlannedRequest> requests;
  for (size_t i = 0; i < static_cast<size_t>(load.warmup); ++i) {
    requests.push_back({.prompt = i % load.num_prompts,
                        .repeat = -1 - static_cast<int64_t>(i / load.num_prompts)});
  }
  return requests;
}

}  // namespace

LoadPlan InterleavedClosedLoops(const InterleavedLoad& load) {
  LoadPlan plan;
  plan.mode = "closed";
  plan.users = load.users;
  const MakeSource closed_loop = ClosedLoopOf(load.users);
  for (size_t arm = 0; arm < load.num_arms; ++arm) {
    plan.warmup.push_back({.arm = arm,
                           .requests = WarmupRequests(load),
                           .max_tokens = std::min(kWarmupTokens, load.max_tokens),
                           .make_source = closed_loop});
  }
  const auto blocks = PlanBlocks(load.num_prompts, load.repeats, BlockSize(load.users));
  for (size_t block = 0; block < blocks.size(); ++block) {
    for (const size_t arm : ArmOrder(block, load.num_arms)) {
      plan.measured.push_back({.arm = arm,
                               .requests = blocks[block],
                               .max_tokens = load.max_tokens,
                               .make_source = closed_loop});
    }
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

uint64_t RandomId(std::string_view item_key, int64_t repeat) {
  const std::string hash = Sha256Hex(std::string(item_key) + '\n' + std::to_string(repeat));
  uint64_t id = 0;
  std::from_chars(hash.data(), hash.data() + 16, id, 16);
  return id;
}

}  // namespace dsb
