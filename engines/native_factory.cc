#include <algorithm>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/sha256.h"
#include "engines/decoding/native_engine.h"
#include "engines/dspark/dspark_drafter.h"
#include "engines/native_engine.h"

namespace dsb {
namespace {

std::string FileName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::unique_ptr<Drafter> MakeDrafter(const LoadedTarget& target, const NativeEngineOptions& options,
                                     int32_t context_tokens, ThreadPool& pool) {
  if (options.drafter == "none") return nullptr;
  if (options.drafter != "dspark") {
    ThrowBadInput("drafter is \"" + options.drafter + "\", expected none or dspark");
  }
  auto weights = DSparkWeights::Load(options.drafter_path, target.model, target.sha256,
                                     options.drafter_weights);
  return std::make_unique<DSparkDrafter>(std::move(weights), options.max_concurrency,
                                         context_tokens, pool);
}

}  // namespace

std::shared_ptr<const LoadedTarget> LoadTarget(const std::string& path, WeightMode mode) {
  auto file = std::make_shared<const GgufFile>(path);
  auto target = std::make_shared<LoadedTarget>();
  target->model = TargetModel::FromGguf(file, mode);
  target->tokenizer = std::make_unique<Tokenizer>(*file);
  target->chat_format = DetectChatFormat(*file, *target->tokenizer);
  target->stop_tokens = StopTokens(*target->tokenizer, target->chat_format);
  target->name = FileName(path);
  target->sha256 = Sha256Hex(file->bytes());
  target->size_bytes = static_cast<int64_t>(file->bytes().size());
  target->vocab_size = target->model->config().vocab_size;
  if (target->tokenizer->vocab_size() != target->vocab_size) {
    ThrowBadInput(path + ": key tokenizer.ggml.tokens has " +
                  std::to_string(target->tokenizer->vocab_size()) + " entries, expected " +
                  std::to_string(target->vocab_size) + ", the rows of token_embd.weight");
  }
  target->max_context_tokens = target->model->config().context_tokens;
  target->weight_bytes_per_pass = target->model->weight_bytes_per_pass();
  return target;
}

std::unique_ptr<Engine> MakeNativeEngine(std::shared_ptr<const LoadedTarget> target,
                                         const NativeEngineOptions& options, ThreadPool& pool,
                                         const Clock& clock) {
  const auto limit = static_cast<int32_t>(
      std::min<int64_t>(target->max_context_tokens, std::numeric_limits<int32_t>::max()));
  const int32_t context_tokens = options.context_tokens == 0 ? limit : options.context_tokens;
  if (context_tokens < 1 || context_tokens > limit) {
    ThrowBadInput("context is " + std::to_string(context_tokens) + " tokens, expected 1 to " +
                  std::to_string(limit) + ", the model's limit");
  }
  NativeEngineParts parts;
  parts.target = target->model;
  parts.drafter = MakeDrafter(*target, options, context_tokens, pool);
  parts.policy = MakePolicy(options.policy);
  parts.draft_length = options.policy.draft_length;
  if (parts.drafter != nullptr) {
    parts.draft_length = std::min(parts.draft_length, parts.drafter->draft_length());
    if (parts.policy->needs_confidence() && !parts.drafter->has_confidence()) {
      ThrowBadInput("policy " + parts.policy->Name() + " needs a confidence head, drafter " +
                    options.drafter_path + " has none");
    }
  }
  parts.max_concurrency = options.max_concurrency;
  parts.context_tokens = context_tokens;
  parts.prefill_chunk_tokens = options.prefill_chunk_tokens;
  return std::make_unique<NativeEngine>(std::move(parts), pool, clock);
}

DrafterFile DescribeDrafter(const std::string& path) {
  const MappedFile file(path + "/model.safetensors");
  return {.name = FileName(path),
          .sha256 = Sha256Hex(file.bytes()),
          .path = path,
          .size_bytes = static_cast<int64_t>(file.bytes().size())};
}

}  // namespace dsb
