// A DSpark checkpoint's tensors (drafters.md 5.2), checked against its target and packed for this
// machine. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engines/dspark/dspark_config.h"
#include "engines/model_files/safetensors.h"
#include "engines/target/target_model.h"
#include "engines/transformer/decoder_layer.h"
#include "engines/transformer/embedding.h"
#include "kernels/packed_matrix.h"

namespace dsb {

struct DSparkWeights {
  DSparkConfig config;
  std::shared_ptr<const Safetensors> file;    // owns w1's and the embedding's bytes
  std::shared_ptr<const TargetModel> target;  // owns shared embeddings
  Embedding embedding;                        // target ids
  std::vector<float> mask_embedding;          // [hidden]
  PackedMatrix feature_projection;            // fc [hidden, m * hidden]
  std::vector<float> feature_norm;            // hidden_norm [hidden]
  std::vector<DecoderLayer> layers;
  std::vector<PackedMatrix>
      context_kv;  // per layer [2 * kv_width, hidden]: the k and v rows again, for context rows
  std::vector<float> final_norm;         // [hidden]
  PackedMatrix head;                     // [draft vocabulary, hidden]
  Embedding markov_w1;                   // [vocabulary, rank], by target id
  PackedMatrix markov_w2;                // [draft vocabulary, rank]
  std::vector<float> confidence_weight;  // [hidden (+ rank)]
  float confidence_bias = 0;
  std::vector<int32_t> target_ids;  // draft index -> target id; empty: identity

  // `path` is the checkpoint's folder. `target_sha256` is compared where the checkpoint names its
  // target; empty skips that. kBadInput for a drafter of another target or a damaged checkpoint.
  static std::shared_ptr<const DSparkWeights> Load(const std::string& path,
                                                   std::shared_ptr<const TargetModel> target,
                                                   const std::string& target_sha256,
                                                   WeightMode mode);
};

}  // namespace dsb
