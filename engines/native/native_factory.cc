#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/sha256.h"
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

int32_t EffectiveDraftLength(const NativeEngineOptions& options, int32_t own, bool has_confidence) {
  const PolicyEntry& policy = DescribePolicy(options.policy.kind);
  if (policy.needs_confidence && !has_confidence) {
    ThrowBadInput("policy " + std::string(policy.name) + " needs a confidence head, drafter " +
                  options.drafter_path + " has none");
  }
  const int32_t wanted = options.draft_length.value_or(own);
  DSB_CHECK(wanted >= 0);
  if (wanted > own && !options.may_draft_less) {
    ThrowBadInput("draft length " + std::to_string(wanted) + ": drafter " + options.drafter + " (" +
                  options.drafter_path + ") drafts at most " + std::to_string(own));
  }
  return std::min(wanted, own);
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
                                                  .target = target->model,
                                                  .target_sha256 = target->sha256,
                                                  .mode = options.drafter_weights,
                                                  .num_slots = options.max_concurrency,
                                                  .context_tokens = context_tokens + kMostBlockRows,
                                                  .pool = &pool});
  }
  if (parts.drafter != nullptr) {
    parts.draft_length = EffectiveDraftLength(options, parts.drafter->draft_length(),
                                              parts.drafter->has_confidence());
  }
  parts.policy = MakePolicy(options.policy);
  parts.max_concurrency = options.max_concurrency;
  parts.context_tokens = context_tokens;
  parts.prefill_chunk_tokens = options.prefill_chunk_tokens;
  return std::make_unique<NativeEngine>(std::move(parts), pool, clock);
}

DrafterFile DescribeDrafter(const std::string& path) {
  DrafterFile described{.name = ArtifactName(path), .sha256 = "", .path = path};
  const std::string whole = path + "/model.safetensors";
  if (!std::filesystem::exists(path + "/model.safetensors.index.json") ||
      std::filesystem::exists(whole)) {
    const MappedFile file(whole);
    described.sha256 = Sha256Hex(file.bytes());
    described.size_bytes = static_cast<int64_t>(file.bytes().size());
    return described;
  }
  // Shards: the hash of their names and hashes, in order of name.
  std::map<std::string, std::string> hashes;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() != ".safetensors") continue;
    const MappedFile file(entry.path().string());
    hashes[entry.path().filename().string()] = Sha256Hex(file.bytes());
    described.size_bytes += static_cast<int64_t>(file.bytes().size());
  }
  std::string text;
  for (const auto& [name, hash] : hashes) text += name + ' ' + hash + '\n';
  described.sha256 = Sha256Hex(text);
  return described;
}

}  // namespace dsb
