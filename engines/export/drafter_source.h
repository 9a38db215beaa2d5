// A drafter's checkpoint and the target's tables that it borrows, as floats, for those who write
// them in another program's form.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engines/model_files/gguf.h"
#include "engines/model_files/json_config.h"
#include "engines/model_files/model_folder.h"
#include "engines/model_files/safetensors.h"
#include "engines/model_files/tokenizer.h"

namespace dsb {

// Of the head of zeros that a drafter without one gets where another program wants one.
inline constexpr int64_t kNoMarkovRank = 32;

struct FloatTensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

class DrafterSource {
 public:
  // `name`: dspark, dflash, eagle3, mtp1. `target`: a GGUF file. kResource, kBadInput as the
  // readers; kBadInput if the drafter is another target's.
  DrafterSource(std::string name, const std::string& folder, const std::string& target);

  const std::string& name() const { return name_; }
  const JsonConfig& config() const { return config_; }
  const GgufFile& target() const { return *target_; }
  std::vector<std::string> TensorNames() const;  // float tensors of the checkpoint
  bool Has(const std::string& tensor) const { return weights_.Find(tensor) != nullptr; }
  FloatTensor Tensor(const std::string& tensor) const;  // kBadInput if it is missing
  // The target's ids that the draft vocabulary's rows stand for.
  std::vector<int64_t> DraftIds() const;
  FloatTensor Embedding() const;  // the target's, rounded to bf16
  FloatTensor Head() const;       // its rows at DraftIds()
  // The embedding with `mask_id`'s row replaced by the drafter's mask vector.
  FloatTensor MaskedEmbedding(int64_t mask_id) const;
  // A token that no text has, whose row may stand for the mask: the last control token that is no
  // start and no end. kBadInput if there is none.
  int64_t MaskId() const;
  int64_t context_tokens() const;
  double rope_theta() const;
  int64_t bos_id() const { return tokenizer_.bos_id(); }
  int64_t eos_id() const { return tokenizer_.eos_id(); }

 private:
  std::string name_;
  ModelFolder folder_;
  JsonConfig config_;
  Safetensors weights_;
  std::unique_ptr<GgufFile> target_;
  Tokenizer tokenizer_;
};

// Decoded, and rounded to bf16 as the --weights bf16 of this program keeps them.
FloatTensor Bf16Tensor(const StoredTensor& tensor);

}  // namespace dsb
