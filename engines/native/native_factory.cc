#include <algorithm>
#include <limits>

#include "base/error.h"
#include "engines/drafters/registry.h"
#include "engines/model_files/artifact_name.h"
#include "engines/native/native_engine.h"
#include "engines/native/native_factory.h"

namespace dsb {

int32_t ContextTokens(const LoadedTarget& target, const NativeEngineOptions& options) {
  const auto limit = static_cast<int32_t>(
      std::min<int64_t>(target.max_context_tokens, std::numeric_limits<int32_t>::max()));
  const int32_t context_tokens = options.context_tokens == 0 ? limit : options.context_tokens;
  if (context_tokens < 1 || context_tokens > limit) {
    ThrowBadInput("context is " + std::to_string(context_tokens) + " tokens, expected 1 to " +
                  std::to_string(limit) + ", the model's limit");
  }
  return context_tokens;
}

int32_t EffectiveDraftLength(const NativeEngineOptions& options, int32_t own) {
  const int32_t wanted = options.draft_length.value_or(own);
  DSB_CHECK(wanted >= 0);
  if (wanted > own && !options.may_draft_less) {
    ThrowBadInput("draft length " + std::to_string(wanted) + ": drafter " + options.drafter + " (" +
                  options.drafter_path + ") drafts at most " + std::to_string(own));
  }
  return std::min(wanted, own);
}

PolicyOptions CompletePolicy(const NativeEngineOptions& options, const DrafterFacts& drafter) {
  PolicyOptions policy = options.policy;
  if (options.complete_policy) options.complete_policy(drafter, policy);
  return policy;
}

std::unique_ptr<Engine> MakeNativeEngine(const std::shared_ptr<const LoadedTarget>& target,
                                         const NativeEngineOptions& options, ThreadPool& pool,
                                         const Clock& clock) {
  const int32_t context_tokens = ContextTokens(*target, options);
  NativeEngineParts parts;
  parts.target = target->model;
  if (options.drafter != "none") {
    // A whole trained block runs however little of it is wanted: its rows need room of their own.
    parts.drafter = LoadDrafter(options.drafter, {.path = options.drafter_path,
                                                  .folder = options.drafter_folder,
                                                  .target = target->model,
                                                  .target_sha256 = target->sha256,
                                                  .mode = options.drafter_weights,
                                                  .num_slots = options.max_concurrency,
                                                  .context_tokens = context_tokens + kMostBlockRows,
                                                  .pool = &pool});
  }
  if (parts.drafter != nullptr) {
    parts.draft_length = EffectiveDraftLength(options, parts.drafter->draft_length());
  }
  const bool has_confidence = parts.drafter != nullptr && parts.drafter->has_confidence();
  parts.policy = MakePolicy(CompletePolicy(options, {parts.draft_length, has_confidence}));
  parts.max_concurrency = options.max_concurrency;
  parts.context_tokens = context_tokens;
  parts.prefill_chunk_tokens = options.prefill_chunk_tokens;
  return std::make_unique<NativeEngine>(std::move(parts), pool, clock);
}

DrafterFile DescribeDrafter(const ModelFolder& folder) {
  DrafterFile described{.name = ArtifactName(folder.path()),
                        .path = folder.path(),
                        .sha256 = "",
                        .identity_sha256 = folder.IdentitySha256()};
  std::vector<std::string> weights;
  for (const std::string& name : folder.NamesRead()) {
    if (name == "config.json" || name == "model.safetensors.index.json") continue;
    weights.push_back(name);
    described.size_bytes += folder.SizeOf(name);
  }
  const bool whole = weights == std::vector<std::string>{"model.safetensors"};
  described.sha256 = whole ? folder.FileSha256(weights.front()) : folder.Sha256Of(weights);
  return described;
}

}  // namespace dsb
