// config.json of a DSpark checkpoint in DeepSpec's layout (drafters.md 5.1), with this project's
// additions: shared target embeddings, a reduced draft vocabulary and a learned mask embedding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engines/transformer/decoder_layer.h"

namespace dsb {

struct DSparkConfig {
  LayerShape shape;
  int64_t num_layers = 0;
  int64_t vocab_size = 0;
  int64_t draft_vocab_size = 0;  // = vocab_size without a reduced vocabulary
  int32_t block_size = 0;        // draft tokens per round (gamma)
  std::vector<int32_t> target_layers;
  int64_t num_target_layers = 0;
  std::optional<int32_t> mask_token;  // none: the checkpoint has a mask embedding
  int64_t markov_rank = 0;            // >= 1
  bool confidence_head = false;
  bool confidence_with_markov = false;
  bool share_target_embeddings = false;
  std::vector<float> rope_frequencies;
  std::string target_sha256;  // empty: the checkpoint does not say

  // Reads PATH/config.json. kBadInput naming file, key, found and expected.
  static DSparkConfig Read(const std::string& path);
};

}  // namespace dsb
