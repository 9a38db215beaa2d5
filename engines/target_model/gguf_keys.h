// What each key of a target's GGUF means to us, as config_keys.h has it for JSON.
#pragma once

#include <string>
#include <vector>

#include "engines/model_files/config_keys.h"
#include "engines/model_files/gguf.h"

namespace dsb {

// A name that begins with a dot stands behind the architecture's; one that ends in ".*" stands for
// every key that begins so.
const ConfigKeys& GgufKeys();

// kBadInput naming the first key that is not known, or has a value that would change the output.
// Returns a warning for each namespace of somebody else's: no reader of the architecture looks
// there.
std::vector<std::string> CheckGgufKeys(const GgufFile& file, const std::string& architecture);

}  // namespace dsb
