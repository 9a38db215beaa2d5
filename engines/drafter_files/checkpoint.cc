#include "engines/drafter_files/checkpoint.h"

#include "base/error.h"

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

std::vector<int32_t> DraftVocabulary(const Safetensors& file, int64_t draft_vocab_size,
                                     int64_t vocab_size) {
  const std::vector<int64_t>* offsets = file.FindInts("d2t");
  const bool reduced = draft_vocab_size != vocab_size;
  if (offsets == nullptr && !reduced) return {};
  const auto size = static_cast<size_t>(draft_vocab_size);
  if (offsets == nullptr || offsets->size() != size) {
    const std::string found = offsets != nullptr ? std::to_string(offsets->size()) + " integers"
                              : file.Find("d2t") != nullptr ? "float elements"
                                                            : "no such tensor";
    ThrowBadInput(file.path() + ": tensor d2t: found " + found + ", expected " +
                  std::to_string(size) + " integers");
  }
  std::vector<int32_t> ids;
  for (size_t i = 0; i < size; ++i) {
    const int64_t offset = (*offsets)[i];
    const int64_t least = i == 0 ? 0 : ids.back() + 1;
    // Compared as offsets: the sum could overflow.
    const auto index = static_cast<int64_t>(i);
    if (offset < least - index || offset >= vocab_size - index) {
      ThrowBadInput(file.path() + ": tensor d2t: element " + std::to_string(i) + " is " +
                    std::to_string(offset) + ", expected strictly increasing target ids below " +
                    std::to_string(vocab_size));
    }
    ids.push_back(static_cast<int32_t>(index + offset));
  }
  return reduced ? ids : std::vector<int32_t>{};
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

}  // namespace dsb
