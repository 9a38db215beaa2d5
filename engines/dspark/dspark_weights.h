// A DSpark checkpoint's tensors (drafters.md 5.2): the backbone and the two heads, checked against
// its target and packed for this machine. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engines/block_backbone/block_weights.h"
#include "engines/dspark/dspark_config.h"
#include "engines/dspark/markov_head.h"

namespace dsb {

struct DSparkWeights {
  DSparkConfig config;
  BlockWeights backbone;
  MarkovHead markov;
  std::vector<float> confidence_weight;  // [hidden (+ rank)]
  float confidence_bias = 0;

  int64_t bytes_per_draft() const;  // as Drafter's
  int64_t flops_per_draft() const;

  // `target_sha256` is compared where the checkpoint names its
  // target; empty skips that. kBadInput for a drafter of another target or a damaged checkpoint.
  static std::shared_ptr<const DSparkWeights> Load(ModelFolder& folder,
                                                   std::shared_ptr<const TargetModel> target,
                                                   const std::string& target_sha256,
                                                   WeightMode mode);
};

}  // namespace dsb
