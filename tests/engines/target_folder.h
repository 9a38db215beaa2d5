// A fixture target with a small tokenizer beside it, as a Hugging Face folder that a test changes
// before it is written. Lives as long as the object. Not part of the product.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engines/target_model/target_runner.h"
#include "kernels/vocabulary_row.h"
#include "tests/engines/checkpoint_copy.h"
#include "tests/engines/golden.h"
#include "tests/model_files/tokenizer_folder.h"

namespace dsb {

// Bytes that get no token, so that the rest fits into the fixtures' 96 rows.
inline std::string MissingBytes() {
  std::string missing;
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '\n' ||
                      c == '-' || c == '<' || c == '|' || c == '>' || c == '_' || c == '\xC3' ||
                      c == '\xA9';
    if (!kept) missing += c;
  }
  return missing;
}

struct TargetFolder {
  CheckpointCopy weights;
  TokenizerFolderFiles text{SmallTokenizer(MissingBytes())};
  size_t num_shards = 1;

  explicit TargetFolder(const std::string& fixture)
      : weights(golden::Root() + "/targets/" + fixture) {
    text.config = nullptr;  // the checkpoint's own
  }
  // Both parts in one folder, which lives as long as the object.
  std::string Write() const {
    std::string folder = weights.Write(num_shards);
    std::filesystem::copy(text.Write(), folder);
    return folder;
  }
};

// Greedy tokens of a model after a prompt.
inline std::vector<int32_t> GreedyTokens(const std::shared_ptr<const TargetModel>& model,
                                         std::vector<int32_t> ids, int64_t num_tokens) {
  ThreadPool pool(1);
  TargetRunner runner(model, {.num_slots = 1, .context_tokens = 128, .feature_layers = {}}, pool);
  std::vector<int32_t> answer;
  int32_t position = 0;
  while (std::ssize(answer) < num_tokens) {
    const TargetInput input = {
        .slot = 0, .first_position = position, .tokens = ids, .num_logit_rows = 1};
    runner.Forward(std::span(&input, 1));
    position += static_cast<int32_t>(ids.size());
    answer.push_back(ArgMax(runner.Logits(0, 0)));
    ids = {answer.back()};
  }
  return answer;
}

// The logits after a fixed prompt, for "changes nothing".
inline std::vector<float> ProbeLogits(const std::shared_ptr<const TargetModel>& model) {
  ThreadPool pool(1);
  TargetRunner runner(model, {.num_slots = 1, .context_tokens = 32, .feature_layers = {}}, pool);
  const std::vector<int32_t> ids = {5, 17, 42, 3, 61, 9};
  const TargetInput input = {.slot = 0, .first_position = 0, .tokens = ids, .num_logit_rows = 1};
  runner.Forward(std::span(&input, 1));
  const std::span<const float> logits = runner.Logits(0, 0);
  return {logits.begin(), logits.end()};
}

}  // namespace dsb
