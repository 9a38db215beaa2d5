#include "engines/drafter_files/checkpoint.h"

#include <algorithm>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/target_model/hf_config.h"

namespace dsb {

void CheckDrafterTarget(const std::string& path, const DrafterTarget& said,
                        const TargetModel& target, const std::string& target_sha256) {
  const auto compare = [&path](const char* key, int64_t found, int64_t expected) {
    if (found == expected) return;
    ThrowBadInput(path + "/config.json: key " + key + " is " + std::to_string(found) +
                  ", expected " + std::to_string(expected) +
                  ", the target's: the drafter is for another target");
  };
  compare("hidden_size", said.hidden_size, target.config().shape.hidden);
  compare("vocab_size", said.vocab_size, target.config().vocab_size);
  if (said.num_layers != 0) {
    compare("num_target_layers", said.num_layers, target.config().num_layers);
  }
  if (!said.sha256.empty() && !target_sha256.empty() && said.sha256 != target_sha256) {
    ThrowBadInput(path + "/config.json: key target.sha256 is " + said.sha256 + ", expected " +
                  target_sha256 + ": the drafter is for another target");
  }
}

WeightSource DrafterWeights(const std::string& path, std::shared_ptr<const Safetensors> file) {
  file->CheckFinite();
  return WeightSource(path, [path, file](const std::string& name) {
    const StoredTensor* tensor = file->Find(name);
    if (tensor == nullptr && file->FindInts(name) != nullptr) {
      ThrowBadInput(path + ": tensor " + name +
                    " holds integers, expected one of the types F32, F16, BF16");
    }
    return tensor;
  });
}

void AllowSharedCopies(const Safetensors& file, const TargetModel& target,
                       const std::vector<int32_t>& target_ids, const WeightSource& source) {
  const StoredTensor& head = target.head_tensor();
  const auto same = [&](const StoredTensor* copy, int64_t num_rows, const auto& read_row) {
    if (copy == nullptr || copy->shape != std::vector{num_rows, head.cols()}) return false;
    std::vector<float> found(static_cast<size_t>(head.cols())), expected(found.size());
    const int64_t row_bytes = RowBytes(copy->type, copy->cols());
    for (int64_t row = 0; row < num_rows; ++row) {
      DequantizeRow(copy->type, copy->bytes.data() + row * row_bytes, found);
      read_row(row, expected);
      if (found != expected) return false;
    }
    return true;
  };
  constexpr char kEmbedding[] = "embed_tokens.weight", kHead[] = "lm_head.weight";
  const auto embedding_row = [&](int64_t row, std::vector<float>& values) {
    target.embedding().Lookup(static_cast<int32_t>(row), values);
  };
  const auto head_row = [&](int64_t row, std::vector<float>& values) {
    const int64_t id = target_ids.empty() ? row : target_ids[static_cast<size_t>(row)];
    DequantizeRow(head.type, head.bytes.data() + id * RowBytes(head.type, head.cols()), values);
  };
  const int64_t vocab_size = target.config().vocab_size;
  const auto draft_size = target_ids.empty() ? vocab_size : static_cast<int64_t>(target_ids.size());
  if (same(file.Find(kEmbedding), vocab_size, embedding_row)) source.MarkUsed(kEmbedding);
  if (same(file.Find(kHead), draft_size, head_row)) source.MarkUsed(kHead);
}

std::string ArchitectureFromConfig(const JsonConfig& file, const std::vector<std::string>& known) {
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : " or ") + name;
  if (file.Has("speculators_model_type")) {
    file.Refuse("speculators_model_type", file.Value("speculators_model_type"),
                "none: of the speculators library's layouts only those of dspark and dflash are "
                "supported, here those of " +
                    list);
  }
  const std::vector<std::string> found = file.Strings("architectures");
  if (found.size() != 1) {
    file.Refuse("architectures", std::to_string(found.size()) + " names", list);
  }
  if (std::find(known.begin(), known.end(), found[0]) != known.end()) return found[0];
  const bool gemma = found[0].find("Gemma") != std::string::npos;
  file.Refuse("architectures", Quoted(found[0]),
              list + (gemma ? "; Gemma drafters are not supported yet" : ""));
}

void CheckDrafterWindow(const std::string& path, std::optional<int64_t> window,
                        const TargetModel& target) {
  CheckAttentionWindow(path + "/config.json", window, target.config().context_tokens);
}

}  // namespace dsb
