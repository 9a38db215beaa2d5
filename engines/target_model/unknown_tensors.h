// What to do about tensors of a GGUF file that a Llama model does not use (formats.md 1.3, rule 8):
// refused if they change the maths of a layer, else a warning. Looks at names only, not at shapes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/model_files/gguf.h"

namespace dsb {

// One line for each tensor that is ignored. kBadInput naming the first one that must not be: a
// bias, a norm or a rope factor outside the map of `num_layers` layers.
std::vector<std::string> CheckUnknownTensors(const GgufFile& file, int64_t num_layers);

}  // namespace dsb
