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
#include "engines/model_files/model_folder.h"
#include "engines/model_files/tokenizer_folder.h"
#include "engines/target_model/hf_config.h"
#include "engines/target_model/target_model.h"

namespace dsb {
namespace {

// What the file says ends an answer, besides what the form of its prompts says.
std::vector<int32_t> StatedStops(const GgufFile& file) {
  std::vector<int32_t> stops;
  for (const char* key : {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
    if (file.Has(key)) stops.push_back(static_cast<int32_t>(file.Int(key)));  // in range: read
  }
  return stops;
}

void DescribeModel(LoadedTarget& target) {
  target.vocab_size = target.model->config().vocab_size;
  target.max_context_tokens = target.model->config().context_tokens;
  const std::vector<std::string>& warnings = target.model->warnings();
  target.warnings.insert(target.warnings.end(), warnings.begin(), warnings.end());
}

std::shared_ptr<const LoadedTarget> LoadGguf(const std::string& path, WeightMode mode,
                                             std::optional<ChatFormat> form) {
  auto file = std::make_shared<const GgufFile>(path);
  auto target = std::make_shared<LoadedTarget>();
  target->model = TargetModel::FromGguf(file, mode);
  target->tokenizer = std::make_unique<Tokenizer>(*file);
  target->chat_format = ReadChatFormat(*file, *target->tokenizer, form, target->warnings);
  target->stop_tokens = StopTokens(*target->tokenizer, StatedStops(*file));
  target->name = ArtifactName(path);
  target->sha256 = target->identity_sha256 = Sha256Hex(file->bytes());
  target->size_bytes = static_cast<int64_t>(file->bytes().size());
  DescribeModel(*target);
  if (target->tokenizer->vocab_size() != target->vocab_size) {
    ThrowBadInput(path + ": key tokenizer.ggml.tokens has " +
                  std::to_string(target->tokenizer->vocab_size()) + " entries, expected " +
                  std::to_string(target->vocab_size) + ", the rows of token_embd.weight");
  }
  return target;
}

// By which drafters and results know the target, in order.
std::vector<std::string> MainFiles(const Safetensors& weights) {
  std::vector<std::string> names = {"config.json", "tokenizer.json"};
  names.insert(names.end(), weights.file_names().begin(), weights.file_names().end());
  return names;
}

std::shared_ptr<const LoadedTarget> LoadFolder(const std::string& path, WeightMode mode,
                                               std::optional<ChatFormat> form) {
  ModelFolder folder(path);
  auto target = std::make_shared<LoadedTarget>();
  target->name = ArtifactName(path);
  // The small files first: what is wrong with them is said before gigabytes are read.
  const int64_t num_rows = ConfigFromFolder(folder).vocab_size;
  TokenizerFolder text = ReadTokenizerFolder(folder, num_rows, form);
  target->tokenizer = std::make_unique<Tokenizer>(std::move(text.tokenizer));
  target->chat_format = text.chat_format;
  target->stop_tokens = std::move(text.stop_tokens);
  auto weights = std::make_shared<const Safetensors>(Safetensors::Open(folder));
  const std::vector<std::string> main_files = MainFiles(*weights);
  for (const std::string& name : main_files) target->size_bytes += folder.SizeOf(name);
  if (static_cast<uint64_t>(target->size_bytes) < kCheckWeightsBelowBytes) weights->CheckFinite();
  target->model = TargetModel::FromFolder(folder, std::move(weights), mode);
  target->sha256 = folder.Sha256Of(main_files);  // of what is known to be a model
  target->identity_sha256 = folder.IdentitySha256();
  target->warnings = folder.warnings();
  DescribeModel(*target);
  return target;
}

bool IsFolder(const std::string& path) {
  std::error_code ignored;  // a path that cannot be read fails as a file, with its reason
  return std::filesystem::is_directory(path, ignored);
}

}  // namespace

TargetText LoadTargetText(const std::string& path, std::optional<ChatFormat> form) {
  TargetText target;
  target.name = ArtifactName(path);
  if (!IsFolder(path)) {
    const GgufFile file(path);
    target.tokenizer = std::make_unique<Tokenizer>(file);
    target.chat_format = ReadChatFormat(file, *target.tokenizer, form, target.warnings);
    target.stop_tokens = StopTokens(*target.tokenizer, StatedStops(file));
    target.sha256 = Sha256Hex(file.bytes());
    target.size_bytes = static_cast<int64_t>(file.bytes().size());
    return target;
  }
  ModelFolder folder(path);
  TokenizerFolder text = ReadTokenizerFolder(folder, ConfigFromFolder(folder).vocab_size, form);
  target.tokenizer = std::make_unique<Tokenizer>(std::move(text.tokenizer));
  target.chat_format = text.chat_format;
  target.stop_tokens = std::move(text.stop_tokens);
  target.sha256 = folder.IdentitySha256();
  target.size_bytes = folder.SizeOf("tokenizer.json");
  target.warnings = folder.warnings();
  return target;
}

std::shared_ptr<const LoadedTarget> LoadTarget(const std::string& path, WeightMode mode,
                                               std::optional<ChatFormat> form) {
  return IsFolder(path) ? LoadFolder(path, mode, form) : LoadGguf(path, mode, form);
}

}  // namespace dsb
