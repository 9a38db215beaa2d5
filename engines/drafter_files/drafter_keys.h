// The keys of config.json that every drafter may have (config_keys.h), besides those of any model
// of the transformers library. Each drafter has a list of its own beside its configuration.
#pragma once

#include <span>

#include "engines/model_files/config_keys.h"

namespace dsb {

std::span<const ConfigKey> DrafterKeys();
// Of the object `target`, this project's own.
std::span<const ConfigKey> DrafterTargetKeys();
// A drafter's whole list: its own keys first.
ConfigKeys WholeDrafterKeys(std::span<const ConfigKey> own);

}  // namespace dsb
