// config.json of a Hugging Face model folder (formats.md 3): the keys that targets and drafters
// share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/model_files/json_config.h"
#include "engines/target_model/model_config.h"

namespace dsb {

// Widths, heads and epsilon; refuses activations and biases that the layer does not have.
LayerShape LayerShapeFromConfig(const JsonConfig& config);
// rope_parameters, or the older rope_theta with rope_scaling.
std::vector<float> RopeFrequenciesFromConfig(const JsonConfig& config, int64_t head_dim);

// Reads PATH/config.json of a target with model_type llama or qwen3. kBadInput naming file, key and
// expectation.
ModelConfig ConfigFromFolder(const std::string& path);

}  // namespace dsb
