// The tiny fixture models wired into real engines, for tests that need many runs.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "engines/block_backbone/block_drafter.h"
#include "engines/drafters/registry.h"
#include "engines/native/native_engine.h"
#include "tests/engines/golden.h"

namespace dsb {

struct TinyWorld {
  std::string drafter;  // its name in the registry
  std::string drafter_folder;
  std::shared_ptr<const TargetModel> target;
  WeightMode mode = WeightMode::kF32;
};

// The fixture drafter `name` with its target.
inline TinyWorld MakeTinyWorld(const std::string& name, WeightMode mode = WeightMode::kF32) {
  TinyWorld world;
  world.mode = mode;
  world.drafter_folder = golden::Root() + "/drafters/" + name;
  const nlohmann::json config = golden::ReadJson(world.drafter_folder + "/config.json");
  world.drafter = config.value("markov_rank", 0) > 0                 ? "dspark"
                  : config["architectures"][0] == "Qwen3Eagle3Model" ? "eagle3"
                                                                     : "dflash";
  world.target =
      TargetModel::FromFolder(golden::Root() + "/targets/" + golden::TargetOf(name), mode);
  return world;
}

inline constexpr int32_t kTinyContextTokens = 160;

inline std::unique_ptr<Drafter> MakeTinyDrafter(const TinyWorld& world, int32_t num_slots,
                                                ThreadPool& pool) {
  return LoadDrafter(world.drafter, {.path = world.drafter_folder,
                                     .target = world.target,
                                     .target_sha256 = "",
                                     .mode = world.mode,
                                     .num_slots = num_slots,
                                     .context_tokens = kTinyContextTokens + kMostBlockRows,
                                     .pool = &pool});
}

// The same with what a block drafter shows of its insides.
inline std::unique_ptr<BlockDrafter> MakeTinyBlockDrafter(const TinyWorld& world, int32_t num_slots,
                                                          ThreadPool& pool) {
  std::unique_ptr<Drafter> drafter = MakeTinyDrafter(world, num_slots, pool);
  auto* block = dynamic_cast<BlockDrafter*>(drafter.get());
  EXPECT_NE(block, nullptr);
  static_cast<void>(drafter.release());
  return std::unique_ptr<BlockDrafter>(block);
}

// Of no machine: drafts that are unlikely do not pay.
inline std::shared_ptr<const CostTable> TinyCosts() {
  const auto at = [](int64_t place, int64_t ns) {
    return CostPoint{.at = place, .median_ns = ns, .min_ns = ns, .max_ns = ns, .samples = 0};
  };
  CostTable table;
  table.measured = false;
  table.verify.push_back({.requests = 1, .by_tokens = {{at(1, 100), at(64, 1000)}, 0, "tiny"}});
  table.draft = {{at(1, 5), at(8, 20)}, 0, "tiny"};
  return std::make_shared<const CostTable>(std::move(table));
}

struct TinyOptions {
  bool draft = true;
  int32_t draft_length = 7;  // no more than the drafter's own
  PolicyOptions policy;
  std::function<std::unique_ptr<VerifyBudget>()> make_budget = {};  // in place of the policy's own
  int32_t concurrency = 1;
  int32_t prefill_chunk_tokens = 256;
};

// All parts of an engine but its models; `drafter` may be null: plain decoding.
template <class Parts, class AnyDrafter>
Parts PartsOf(const TinyOptions& options, std::unique_ptr<AnyDrafter> drafter) {
  Parts parts;
  parts.context_tokens = kTinyContextTokens;
  parts.drafter = std::move(drafter);
  PolicyOptions policy = options.policy;
  if (DescribePolicy(policy.kind).needs_costs && policy.costs == nullptr) {
    policy.costs = TinyCosts();
  }
  parts.policy = MakePolicy(policy);
  if (options.make_budget) parts.policy.budget = options.make_budget();
  if (parts.drafter != nullptr) {
    parts.draft_length = std::min(options.draft_length, parts.drafter->draft_length());
  }
  parts.max_concurrency = options.concurrency;
  parts.prefill_chunk_tokens = options.prefill_chunk_tokens;
  return parts;
}

// `drafter` may be null: plain decoding.
inline std::unique_ptr<NativeEngine> MakeEngineWith(std::shared_ptr<const TargetModel> target,
                                                    std::unique_ptr<Drafter> drafter,
                                                    const TinyOptions& options, ThreadPool& pool,
                                                    const Clock& clock) {
  auto parts = PartsOf<NativeEngineParts>(options, std::move(drafter));
  parts.target = std::move(target);
  return std::make_unique<NativeEngine>(std::move(parts), pool, clock);
}

inline std::unique_ptr<NativeEngine> MakeTinyEngine(const TinyWorld& world,
                                                    const TinyOptions& options, ThreadPool& pool,
                                                    const Clock& clock) {
  return MakeEngineWith(world.target,
                        options.draft ? MakeTinyDrafter(world, options.concurrency, pool) : nullptr,
                        options, pool, clock);
}

struct Finished {
  std::vector<int32_t> tokens;
  std::vector<RoundOutcome> rounds;
  EndReason end = EndReason::kNone;
};

// Runs all requests, at most `concurrency` at a time, in order; results by position.
inline std::vector<Finished> RunAll(Engine& engine, std::vector<EngineRequest> requests,
                                    int32_t concurrency) {
  std::vector<Finished> finished(requests.size());
  size_t next = 0, done = 0;
  int32_t in_flight = 0;
  while (done < requests.size()) {
    while (in_flight < concurrency && next < requests.size()) {
      requests[next].id = static_cast<int64_t>(next);
      engine.Admit(requests[next++]);
      ++in_flight;
    }
    const StepResult step = engine.Step(0);
    for (const RoundOutcome& round : step.rounds) {
      finished[static_cast<size_t>(round.request_id)].rounds.push_back(round);
    }
    for (const TokenBurst& burst : step.bursts) {
      Finished& result = finished[static_cast<size_t>(burst.request_id)];
      result.tokens.insert(result.tokens.end(), burst.tokens.begin(), burst.tokens.end());
      if (burst.end == EndReason::kNone) continue;
      result.end = burst.end;
      ++done;
      --in_flight;
    }
  }
  return finished;
}

}  // namespace dsb
