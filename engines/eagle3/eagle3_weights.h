// An Eagle3 checkpoint's tensors (drafters.md 3.4 and 5.3), checked against its target and packed
// for this machine. Immutable.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engines/eagle3/eagle3_config.h"
#include "engines/recurrent/recurrent_weights.h"

namespace dsb {

struct Eagle3Weights : RecurrentWeights {
  std::vector<int32_t> layers;        // feature layers, resolved
  bool norm_before_residual = false;  // Eagle3Config's
  PackedMatrix feature_projection;    // fc [hidden, layers * hidden]

  // As DSparkWeights::Load.
  static std::shared_ptr<const Eagle3Weights> Load(ModelFolder& folder,
                                                   std::shared_ptr<const TargetModel> target,
                                                   const std::string& target_sha256,
                                                   WeightMode mode);
};

}  // namespace dsb
