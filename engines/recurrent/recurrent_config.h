// The keys of config.json that the one-layer autoregressive drafters (Eagle3, MTP) share
// (drafters.md 5.1), with this project's additions: shared target embeddings, a reduced draft
// vocabulary, the target's hash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engines/drafter_files/checkpoint.h"
#include "engines/model_files/json_config.h"
#include "engines/transformer/decoder_layer.h"

namespace dsb {

struct RecurrentConfig {
  LayerShape shape;
  bool qk_norm = false;  // per-head norms: model_type qwen3
  int64_t vocab_size = 0;
  int64_t draft_vocab_size = 0;  // = vocab_size without a reduced vocabulary
  int32_t draft_length = 0;      // draft tokens per round
  bool share_target_embeddings = false;
  bool tied_head = false;  // the file says that its head is its embedding
  std::vector<float> rope_frequencies;
  std::optional<int64_t> window;  // of its one layer; none: it sees everything
  DrafterTarget target;

  // All but draft_length. kBadInput naming file, key, found and expected.
  static RecurrentConfig From(const JsonConfig& file);
};

// An integer of 1 .. 64 at `key`: tokens per round. `otherwise` if it is absent.
int32_t DraftLengthOr(const JsonConfig& file, const std::string& key, int32_t otherwise);

}  // namespace dsb
