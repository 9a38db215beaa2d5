// config.json of a Hugging Face model folder (formats.md 3): the keys that targets and drafters
// share. What each key means: hf_keys.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engines/model_files/json_config.h"
#include "engines/model_files/model_folder.h"
#include "engines/target_model/model_config.h"

namespace dsb {

// Widths, heads and epsilon; refuses activations that the layer does not have, and a key left out
// where the classes of the library and the shapes disagree about its default.
LayerShape LayerShapeFromConfig(const JsonConfig& config);

// rope_parameters, or the older rope_theta with rope_scaling. kBadInput where two of them say
// different things.
enum class MissingTheta { kClassDefault, kRefused };
std::vector<float> RopeFrequenciesFromConfig(const JsonConfig& config, int64_t head_dim,
                                             MissingTheta missing = MissingTheta::kClassDefault);

// Tokens that a layer sees, its own included: the shortest window of a layer; none: all see
// everything. kBadInput if the keys contradict each other. `only_all_layers`: a file that names no
// layers may mean any of them.
std::optional<int64_t> AttentionWindow(const JsonConfig& config, int64_t num_layers,
                                       bool only_all_layers);
// kBadInput naming sliding_window if it hides anything from `positions` tokens.
void CheckAttentionWindow(const std::string& file, std::optional<int64_t> window,
                          int64_t positions);

// Reads config.json of a target with model_type llama or qwen3. kBadInput naming file, key and
// expectation.
ModelConfig ConfigFromFolder(ModelFolder& folder);

}  // namespace dsb
