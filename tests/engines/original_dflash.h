// The golden DFlash in the layout of its authors. Not part of the product.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/engines/checkpoint_copy.h"

namespace dsb {

// No tables of its own, its keys in an object.
inline void MakeOriginalDFlash(CheckpointCopy& copy) {
  nlohmann::json& config = copy.config;
  config["architectures"] = {"DFlashDraftModel"};
  config["dflash_config"] = {{"mask_token_id", config["mask_token_id"]},
                             {"target_layer_ids", config["target_layer_ids"]}};
  for (const char* key : {"mask_token_id", "target_layer_ids", "markov_rank"}) config.erase(key);
  config["tie_word_embeddings"] = true;  // the target's, whose config it was
  copy.tensors.erase("embed_tokens.weight");
  copy.tensors.erase("lm_head.weight");
}

}  // namespace dsb
