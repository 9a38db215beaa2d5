// The index of a sharded safetensors folder (formats.md 2): which file holds which tensor. Internal
// to the reader.
#pragma once

#include <map>
#include <string>

namespace dsb {

class ModelFolder;

// Tensor name -> bare file name, from the folder's `file`. Refuses names with separators, "..", and
// links that a folder may not have.
std::map<std::string, std::string, std::less<>> ReadSafetensorsIndex(ModelFolder& folder,
                                                                     const std::string& file);

}  // namespace dsb
