// The part of a block drafter's config.json that DSpark and DFlash share (drafters.md 2 and 5.1),
// with this project's additions: shared target embeddings, a reduced draft vocabulary and a learned
// mask embedding. Knows nothing of what comes after the backbone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engines/model_files/config_keys.h"
#include "engines/model_files/json_config.h"
#include "engines/transformer/decoder_layer.h"

namespace dsb {

// Which row of the block drafts which token.
enum class BlockLayout {
  kAnchorFirst,  // DeepSpec: the anchor and gamma - 1 masks; row k-1 drafts token k
  kMaskFill,     // the original DFlash: the anchor and gamma masks; row k drafts token k
};

struct BlockConfig {
  BlockLayout layout = BlockLayout::kAnchorFirst;
  LayerShape shape;
  int64_t num_layers = 0;
  int64_t vocab_size = 0;
  int64_t draft_vocab_size = 0;  // = vocab_size without a reduced vocabulary
  int32_t block_rows = 0;        // the anchor and its masks, as the block was trained
  std::vector<int32_t> target_layers;
  // Where the file names them, and what it adds to each.
  std::string layers_key = "target_layer_ids";
  int32_t layers_offset = 0;
  int64_t num_target_layers = 0;      // 0: the checkpoint does not say
  std::optional<int32_t> mask_token;  // none: the checkpoint has a mask embedding
  bool share_target_embeddings = false;
  bool tables_as_stored = false;  // embedding and head: the file's where it has one, else shared
  std::vector<float> rope_frequencies;
  std::string target_sha256;      // empty: the checkpoint does not say
  std::optional<int64_t> window;  // the shortest window of a layer; none: all see everything

  int32_t first_draft_row() const { return layout == BlockLayout::kMaskFill ? 1 : 0; }
  int32_t draft_length() const { return block_rows - first_draft_row(); }  // gamma
};

// The keys that BlockConfigFromFile reads besides those of every drafter (drafter_keys.h), and of
// the original layout's object dflash_config.
std::span<const ConfigKey> BlockKeys(BlockLayout layout);
std::span<const ConfigKey> DFlashObjectKeys();

// kBadInput naming file, key, found and expected. Feature layers are checked against the target
// later, by CheckFeatureLayers.
BlockConfig BlockConfigFromFile(const JsonConfig& file, BlockLayout layout);
// `path`: the checkpoint's folder. kBadInput unless -1 <= layers < num_target_layers - 1, ascending
// (drafters.md 0: the last layer's captured state is final-normed in training).
void CheckFeatureLayers(const std::string& path, const BlockConfig& config,
                        int64_t num_target_layers);

}  // namespace dsb
