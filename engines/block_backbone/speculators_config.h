// config.json of a block drafter as the speculators library writes it: the decoder's keys in an
// object of their own, feature layers counted by the layer that reads them, and which row drafts
// which token as a switch. Rewritten to the flat keys of block_config.h; reads no tensors.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "engines/block_backbone/block_config.h"
#include "engines/model_files/model_folder.h"

namespace dsb {

struct SpeculatorsConfig {
  JsonConfig flat;  // as the layout's own files have it
  BlockLayout layout = BlockLayout::kAnchorFirst;
};

// None if the file is not of that library. `type`: dspark or dflash. kBadInput naming key, found
// and expected. Warns where the file leaves something to be decided.
std::optional<SpeculatorsConfig> ReadSpeculators(const JsonConfig& file, const std::string& type,
                                                 ModelFolder& folder);

// The block's part of what ReadSpeculators gave: tables as stored, else the target's.
BlockConfig BlockConfigFromSpeculators(const SpeculatorsConfig& config);

std::span<const ConfigKey> SpeculatorsKeys();          // of the file
const ConfigKeys& SpeculatorsLayerKeys();              // of transformer_layer_config
std::span<const ConfigKey> SpeculatorsProposalKeys();  // of speculators_config
std::span<const ConfigKey> SpeculatorsMethodKeys();    // of one of its proposal_methods

}  // namespace dsb
