// Makes native engines: one for each arm of a comparison, all on one loaded target.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "engines/engine.h"
#include "engines/model_files/model_folder.h"
#include "engines/scheduling/policy.h"
#include "engines/target_model/loaded_target.h"
#include "kernels/packed_matrix.h"

namespace dsb {

struct DrafterFacts {
  int32_t draft_length = 0;  // drafted per round at most
  bool has_confidence = false;
};

struct NativeEngineOptions {
  std::string drafter = "none";  // none, or one of DrafterNames()
  std::string drafter_path;      // folder with config.json and model.safetensors; unused for none
  // The same folder, for DescribeDrafter after the engine was made; null: nobody asks.
  std::shared_ptr<ModelFolder> drafter_folder = nullptr;
  WeightMode drafter_weights = WeightMode::kStored;
  // Tokens drafted per round at most, 0 .. kLongestDraft; empty: the drafter's own number.
  std::optional<int32_t> draft_length;
  bool may_draft_less = false;  // a drafter of shorter blocks drafts those, and is not refused
  PolicyOptions policy;
  // Adds to `policy` what depends on the drafter's files, once they are read; empty: nothing does.
  std::function<void(const DrafterFacts& drafter, PolicyOptions& policy)> complete_policy = {};
  int32_t max_concurrency = 1;
  // Per sequence: prompt + answer + draft length + 1; 0: the model's limit.
  int32_t context_tokens = 0;
  int32_t prefill_chunk_tokens = 256;
};

// options.context_tokens, or the model's limit for 0; kBadInput if the model has less.
int32_t ContextTokens(const LoadedTarget& target, const NativeEngineOptions& options);
// Tokens that a drafter with blocks of `own` tokens drafts per round. kBadInput if more is wanted.
int32_t EffectiveDraftLength(const NativeEngineOptions& options, int32_t own);

// options.policy, completed.
PolicyOptions CompletePolicy(const NativeEngineOptions& options, const DrafterFacts& drafter);

// What the store says of the drafter's files.
struct DrafterFile {
  std::string name, path;
  std::string sha256;  // of the weights: of model.safetensors, or of the lines "NAME SHA256\n"
  // Of everything that was read: of the lines "NAME SHA256\n" of config.json and the weights (and
  // their index), in order of name.
  std::string identity_sha256;
  int64_t size_bytes = 0;  // of the weights
};

// `pool` and `clock` outlive the engine. Arms that share a pool must not step at the same time.
std::unique_ptr<Engine> MakeNativeEngine(const std::shared_ptr<const LoadedTarget>& target,
                                         const NativeEngineOptions& options, ThreadPool& pool,
                                         const Clock& clock);
// Of a folder that a drafter was loaded from.
DrafterFile DescribeDrafter(const ModelFolder& folder);

}  // namespace dsb
