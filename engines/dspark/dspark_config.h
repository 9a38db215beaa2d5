// config.json of a DSpark checkpoint in DeepSpec's layout (drafters.md 5.1) or the speculators
// library's: the backbone's part and the two small heads on top of it.
#pragma once

#include <cstdint>
#include <string>

#include "engines/block_backbone/block_config.h"
#include "engines/model_files/model_folder.h"

namespace dsb {

// How the bias of the next token comes from the token before it (drafters.md 1.4).
enum class MarkovType { kVanilla, kGated, kRnn };

struct DSparkConfig {
  BlockConfig block;
  int64_t markov_rank = 0;  // >= 1
  MarkovType markov_type = MarkovType::kVanilla;
  bool confidence_head = false;
  bool confidence_with_markov = false;

  // Reads the folder's config.json. kBadInput naming file, key, found and expected.
  static DSparkConfig Read(ModelFolder& folder);
  static const ConfigKeys& Keys();  // of the whole file, in DeepSpec's layout
};

}  // namespace dsb
