// What every drafter's loader does with a checkpoint (drafters.md 5): check that it was made for
// this target, map a reduced draft vocabulary, find tensors with errors that name them. Knows no
// drafter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engines/model_files/json_config.h"
#include "engines/model_files/model_folder.h"
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

// target_id = draft_id + d2t[draft_id] (drafters.md 3.4): offsets, in any order of ids. Draft index
// -> target id; empty: the identity. kBadInput naming d2t and the element unless every id is the
// target's and no two are equal; naming both if t2d, a flag for each target id, marks other ids.
// Marks the two as used; warns where offsets look like ids.
std::vector<int32_t> DraftVocabulary(const Safetensors& file, int64_t draft_vocab_size,
                                     int64_t vocab_size, const WeightSource& source,
                                     ModelFolder& folder);

// The float tensors of a checkpoint whose values are all finite; kBadInput naming a tensor that has
// another one, or that is asked for and holds integers.
WeightSource DrafterWeights(const std::string& path, std::shared_ptr<const Safetensors> file);

// For a drafter that shares the target's embedding and head: copies of them in its own file change
// nothing and count as used if every value is the target's.
void AllowSharedCopies(const Safetensors& file, const TargetModel& target,
                       const std::vector<int32_t>& target_ids, const WeightSource& source);

// The one entry of "architectures". kBadInput naming it if it is none of `known`, with a line of
// its own for the layouts that are known and not supported.
std::string ArchitectureFromConfig(const JsonConfig& file, const std::vector<std::string>& known);

// kBadInput if a drafter with a window would not see the whole of the target's context. (Rows of a
// block that reach behind it draft nothing that is verified.)
void CheckDrafterWindow(const std::string& path, std::optional<int64_t> window,
                        const TargetModel& target);

}  // namespace dsb
