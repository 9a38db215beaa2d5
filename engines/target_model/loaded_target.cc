#include "engines/target_model/loaded_target.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/sha256.h"
#include "engines/model_files/artifact_name.h"
#include "engines/model_files/finite_check.h"
#include "engines/model_files/tokenizer_folder.h"
#include "engines/target_model/hf_config.h"
#include "engines/target_model/target_model.h"

namespace dsb {
namespace {

void DescribeModel(LoadedTarget& target) {
  target.vocab_size = target.model->config().vocab_size;
  target.max_context_tokens = target.model->config().context_tokens;
  target.warnings = target.model->warnings();
}

std::shared_ptr<const LoadedTarget> LoadGguf(const std::string& path, WeightMode mode) {
  auto file = std::make_shared<const GgufFile>(path);
  auto target = std::make_shared<LoadedTarget>();
  target->model = TargetModel::FromGguf(file, mode);
  target->tokenizer = std::make_unique<Tokenizer>(*file);
  target->chat_format = DetectChatFormat(*file, *target->tokenizer);
  target->stop_tokens = StopTokens(*target->tokenizer, target->chat_format);
  target->name = ArtifactName(path);
  target->sha256 = Sha256Hex(file->bytes());
  target->size_bytes = static_cast<int64_t>(file->bytes().size());
  DescribeModel(*target);
  if (target->tokenizer->vocab_size() != target->vocab_size) {
    ThrowBadInput(path + ": key tokenizer.ggml.tokens has " +
                  std::to_string(target->tokenizer->vocab_size()) + " entries, expected " +
                  std::to_string(target->vocab_size) + ", the rows of token_embd.weight");
  }
  return target;
}

// What decides the folder's output, in a fixed order: a line "NAME SHA256" for each.
void HashFolder(const std::string& path, const Safetensors& weights, LoadedTarget& target) {
  std::string text;
  const auto add = [&](const MappedFile& file) {
    text += ArtifactName(file.path()) + ' ' + Sha256Hex(file.bytes()) + '\n';
    target.size_bytes += static_cast<int64_t>(file.bytes().size());
  };
  add(MappedFile(path + "/config.json"));
  add(MappedFile(path + "/tokenizer.json"));
  for (const MappedFile& file : weights.files()) add(file);
  target.sha256 = Sha256Hex(text);
}

std::shared_ptr<const LoadedTarget> LoadFolder(const std::string& path, WeightMode mode) {
  auto target = std::make_shared<LoadedTarget>();
  target->name = ArtifactName(path);
  // The small files first: what is wrong with them is said before gigabytes are read.
  const int64_t num_rows = ConfigFromFolder(path).vocab_size;
  TokenizerFolder text = ReadTokenizerFolder(path, num_rows);
  target->tokenizer = std::make_unique<Tokenizer>(std::move(text.tokenizer));
  target->chat_format = text.chat_format;
  target->stop_tokens = std::move(text.stop_tokens);
  auto weights = std::make_shared<const Safetensors>(Safetensors::Open(path));
  HashFolder(path, *weights, *target);
  if (static_cast<uint64_t>(target->size_bytes) < kCheckWeightsBelowBytes) weights->CheckFinite();
  target->model = TargetModel::FromFolder(path, std::move(weights), mode);
  DescribeModel(*target);
  return target;
}

}  // namespace

std::shared_ptr<const LoadedTarget> LoadTarget(const std::string& path, WeightMode mode) {
  std::error_code ignored;  // a path that cannot be read fails as a file, with its reason
  return std::filesystem::is_directory(path, ignored) ? LoadFolder(path, mode)
                                                      : LoadGguf(path, mode);
}

}  // namespace dsb
