// The keys of config.json that every model of the transformers library has (config_keys.h), for
// targets and drafters. Not here: the keys of one kind of model.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engines/model_files/config_keys.h"

namespace dsb {

// Read by hf_config.h: widths, heads, rotary frequencies, attention windows.
std::span<const ConfigKey> LayerKeys();
// What the library and its tools write into any configuration, and switches of other models that
// are off.
std::span<const ConfigKey> TransformersKeys();
// Of the objects rope_parameters and rope_scaling, by their rope_type.
std::vector<std::string> RopeTypes();
ConfigKeys RopeKeys(const std::string& type);
// A target's config.json.
const ConfigKeys& TargetKeys();

}  // namespace dsb
