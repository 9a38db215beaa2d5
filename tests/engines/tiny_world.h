// The tiny fixture models wired into real engines, for tests that need many runs.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "engines/decoding/native_engine.h"
#include "engines/dspark/dspark_drafter.h"
#include "tests/engines/golden.h"

namespace dsb {

struct TinyWorld {
  std::string drafter_folder;
  std::shared_ptr<const TargetModel> target;
  std::shared_ptr<const DSparkWeights> weights;
};

// The fixture drafter `name` with the target of its depth.
inline TinyWorld MakeTinyWorld(const std::string& name, WeightMode mode = WeightMode::kF32) {
  TinyWorld world;
  world.drafter_folder = golden::Root() + "/drafters/" + name;
  const nlohmann::json config = golden::ReadJson(world.drafter_folder + "/config.json");
  for (const std::string& target : golden::Targets()) {
    const std::string folder = golden::Root() + "/targets/" + target;
    if (golden::ReadJson(folder + "/config.json")["num_hidden_layers"] !=
        config["num_target_layers"]) {
      continue;
    }
    world.target = TargetModel::FromFolder(folder, mode);
  }
  EXPECT_NE(world.target, nullptr) << "no target for " << name;
  world.weights = DSparkWeights::Load(world.drafter_folder, world.target, "", mode);
  return world;
}

struct TinyOptions {
  bool draft = true;
  PolicyOptions policy;
  int32_t concurrency = 1;
  int32_t prefill_chunk_tokens = 256;
};

inline std::unique_ptr<NativeEngine> MakeTinyEngine(const TinyWorld& world,
                                                    const TinyOptions& options, ThreadPool& pool,
                                                    const Clock& clock) {
  NativeEngineParts parts;
  parts.target = world.target;
  parts.context_tokens = 160;
  if (options.draft) {
    parts.drafter = std::make_unique<DSparkDrafter>(world.weights, options.concurrency,
                                                    parts.context_tokens, pool);
  }
  parts.policy = MakePolicy(options.policy);
  parts.draft_length =
      options.draft ? std::min(options.policy.draft_length, parts.drafter->draft_length()) : 0;
  parts.max_concurrency = options.concurrency;
  parts.prefill_chunk_tokens = options.prefill_chunk_tokens;
  return std::make_unique<NativeEngine>(std::move(parts), pool, clock);
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
