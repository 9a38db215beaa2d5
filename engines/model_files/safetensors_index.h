// The index of a sharded safetensors folder (formats.md 2): which file holds which tensor. Internal
// to the reader.
#pragma once

#include <map>
#include <string>

namespace dsb {

// Tensor name -> bare file name, from FOLDER/model.safetensors.index.json. Refuses names with
// separators, "..", and symbolic links that leave the folder.
std::map<std::string, std::string, std::less<>> ReadSafetensorsIndex(const std::string& folder,
                                                                     const std::string& index_path);

}  // namespace dsb
