// The keys of the files beside config.json that say something about text (config_keys.h).
// tokenizer_config.json and generation_config.json hold notes for many programs: what is unknown in
// them is named in a warning, since neither reaches the numbers of a model.
#pragma once

#include <span>

#include "engines/model_files/config_keys.h"

namespace dsb {

std::span<const ConfigKey> TokenizerConfigKeys();
std::span<const ConfigKey> GenerationConfigKeys();
// Keys of generation_config.json that make its own program draw other tokens; the command line's
// sampling options stand in their place. A value of kOnly is not worth a warning.
std::span<const ConfigKey> GenerationRules();
std::span<const ConfigKey> TokenizerJsonKeys();       // tokenizer.json
std::span<const ConfigKey> TokenizerJsonModelKeys();  // its object model

}  // namespace dsb
