// config.json of an Eagle3 checkpoint: DeepSpec's (drafters.md 3.2, 5.1) or an original release's
// (3.4).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engines/model_files/config_keys.h"
#include "engines/model_files/model_folder.h"
#include "engines/recurrent/recurrent_config.h"

namespace dsb {

struct Eagle3Config {
  RecurrentConfig common;
  bool original = false;              // a release in the layout of the EAGLE-3 authors
  std::vector<int32_t> layers;        // feature layers, ascending; empty: the original's default
  bool norm_before_residual = false;  // the layer adds to the normed hidden state

  // Reads the folder's config.json. kBadInput naming file, key, found and expected. Warns of how
  // the layers of an original release are numbered.
  static Eagle3Config Read(ModelFolder& folder);
  static ConfigKeys Keys(bool original);           // of the whole file
  static std::span<const ConfigKey> ObjectKeys();  // of its object eagle_config
};

// The key of an original release that names the layers which read the features.
inline constexpr char kReadingLayersKey[] = "eagle_aux_hidden_state_layer_ids";

// Outputs of layers 1, L/2 - 1 and L - 4 (drafters.md 3.4).
std::vector<int32_t> OriginalFeatureLayers(int64_t num_target_layers);

}  // namespace dsb
