// The native engine: a target loaded once, shared by the arms of a comparison, and one Engine per
// arm on top of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "engines/engine.h"
#include "engines/model_files/chat_template.h"
#include "engines/model_files/tokenizer.h"
#include "engines/scheduling/policy.h"
#include "kernels/packed_matrix.h"

namespace dsb {

class TargetModel;

// A target ready to run. Immutable: any number of engines may share it.
struct LoadedTarget {
  std::shared_ptr<const TargetModel> model;
  std::unique_ptr<Tokenizer> tokenizer;
  ChatFormat chat_format = ChatFormat::kSmolLm2;
  std::vector<int32_t> stop_tokens;
  std::string name;  // of the file or folder, without what it lies in
  // Of the GGUF file; of a folder: of the lines "NAME SHA256\n" for config.json, tokenizer.json and
  // the weight files in order of name. `size_bytes` is theirs together.
  std::string sha256;
  int64_t size_bytes = 0;
  int64_t vocab_size = 0;
  int64_t max_context_tokens = 0;  // the model's own limit
  int64_t weight_bytes_per_pass = 0;
  std::vector<std::string> warnings;  // what looked odd in the file and was ignored, a line each
};

// `path` is a GGUF file, or a Hugging Face folder: config.json, model.safetensors or its shards,
// tokenizer.json and a chat template (tokenizer_folder.h). kResource if a file is missing,
// kBadInput if it is not a model we can run.
std::shared_ptr<const LoadedTarget> LoadTarget(const std::string& path, WeightMode mode);

struct NativeEngineOptions {
  std::string drafter = "none";  // none, or one of DrafterNames()
  std::string drafter_path;      // folder with config.json and model.safetensors; unused for none
  WeightMode drafter_weights = WeightMode::kStored;
  PolicyOptions policy;  // policy.draft_length tokens at most are drafted for and verified
  int32_t max_concurrency = 1;
  int32_t context_tokens =
      0;  // per sequence: prompt + answer + draft length + 1; 0: the model's limit
  int32_t prefill_chunk_tokens = 256;
};

// options.context_tokens, or the model's limit for 0; kBadInput if the model has less.
int32_t ContextTokens(const LoadedTarget& target, const NativeEngineOptions& options);
// kBadInput: the policy reads confidences and the drafter at `drafter_path` gives none.
[[noreturn]] void ThrowNeedsConfidence(const std::string& policy, const std::string& drafter_path);

// What the store says of the drafter's file.
struct DrafterFile {
  std::string name, sha256, path;
  int64_t size_bytes = 0;
};

// `pool` and `clock` outlive the engine. Arms that share a pool must not step at the same time.
std::unique_ptr<Engine> MakeNativeEngine(const std::shared_ptr<const LoadedTarget>& target,
                                         const NativeEngineOptions& options, ThreadPool& pool,
                                         const Clock& clock);
// Hash and size of the weights in a drafter's folder, shards taken together; kResource if missing.
DrafterFile DescribeDrafter(const std::string& path);

}  // namespace dsb
