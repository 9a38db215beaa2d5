// What every drafter's loader does with a checkpoint (drafters.md 5): check that it was made for
// this target, map a reduced draft vocabulary, find tensors with errors that name them. Knows no
// drafter.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engines/model_files/safetensors.h"
#include "engines/target_model/target_model.h"
#include "engines/transformer/weight_source.h"

namespace dsb {

// What a drafter's config.json says of its target.
struct DrafterTarget {
  int64_t hidden_size = 0;
  int64_t vocab_size = 0;
  int64_t num_layers = 0;  // 0: it does not say
  std::string sha256;      // empty: it does not say
};

// kBadInput naming the key that differs. `target_sha256` empty: unknown, not compared.
void CheckDrafterTarget(const std::string& path, const DrafterTarget& said,
                        const TargetModel& target, const std::string& target_sha256);

// target_id = draft_id + d2t[draft_id] (drafters.md 3.4): an offset, with strictly increasing
// targets. Draft index -> target id; empty: the identity. kBadInput naming d2t and the element.
std::vector<int32_t> DraftVocabulary(const Safetensors& file, int64_t draft_vocab_size,
                                     int64_t vocab_size);

// The float tensors of a checkpoint whose values are all finite; kBadInput naming a tensor that has
// another one, or that is asked for and holds integers.
WeightSource DrafterWeights(const std::string& path, std::shared_ptr<const Safetensors> file);

}  // namespace dsb
