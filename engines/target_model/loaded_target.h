// A target read from a GGUF file or a Hugging Face folder, with what belongs to it: tokenizer, chat
// template, stop tokens. No engine; nothing here decodes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engines/model_files/chat_template.h"
#include "engines/model_files/tokenizer.h"
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
  // Of everything that decides the output: of the GGUF file again; of a folder: of the lines
  // "NAME SHA256\n" of every file that was read, generation_config.json and the chat template
  // among them.
  std::string identity_sha256;
  int64_t vocab_size = 0;
  int64_t max_context_tokens = 0;     // the model's own limit
  std::vector<std::string> warnings;  // what looked odd in the file and was ignored, a line each
};

// What a target's files say about text alone, without its weights.
struct TargetText {
  std::unique_ptr<Tokenizer> tokenizer;
  ChatFormat chat_format = ChatFormat::kSmolLm2;
  std::vector<int32_t> stop_tokens;
  std::vector<std::string> warnings;
  std::string name;
  std::string sha256;  // of the GGUF file, or of the folder's files that were read for it
  int64_t size_bytes = 0;
};
// As LoadTarget, but for the weights: they need not be there.
TargetText LoadTargetText(const std::string& path, std::optional<ChatFormat> form = std::nullopt);

// `path` is a GGUF file, or a Hugging Face folder: config.json, model.safetensors or its shards,
// tokenizer.json and a chat template (tokenizer_folder.h). kResource if a file is missing,
// kBadInput if it is not a model we can run. `form`: how prompts are rendered, whatever the
// template says; none: as the template says.
std::shared_ptr<const LoadedTarget> LoadTarget(const std::string& path, WeightMode mode,
                                               std::optional<ChatFormat> form = std::nullopt);

}  // namespace dsb
