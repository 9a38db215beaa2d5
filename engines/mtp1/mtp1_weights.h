// A multi-token-prediction head as a drafter's checkpoint (drafters.md 4): this project's layout,
// or DeepSeek's names under model.layers.L of a target with L layers. Dense layers only: the
// layer's type is the config's model_type. Immutable. One module drafts as many tokens as
// `draft_length` says (absent: num_nextn_predict_layers), on its own output after the first.
#pragma once

#include <memory>
#include <string>

#include "engines/model_files/config_keys.h"
#include "engines/recurrent/recurrent_weights.h"

namespace dsb {

struct Mtp1Weights : RecurrentWeights {
  PackedMatrix combination;  // eh_proj [hidden, 2 hidden], the embedding's columns first

  static const ConfigKeys& Keys();  // of config.json

  // As DSparkWeights::Load.
  static std::shared_ptr<const Mtp1Weights> Load(ModelFolder& folder,
                                                 std::shared_ptr<const TargetModel> target,
                                                 const std::string& target_sha256, WeightMode mode);
};

}  // namespace dsb
