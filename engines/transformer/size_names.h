// What a configuration says of a model's sizes, key by key: where a tensor has another shape, the
// keys that it contradicts can be named. Checks nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/transformer/decoder_layer.h"

namespace dsb {

struct SizeName {
  std::string key;  // or a product of keys
  int64_t size = 0;
};

struct SizeNames {
  std::vector<SizeName> sizes;
  SizeName layers;  // how many numbered layers there are; no key: it is not known

  // ", since vocab_size is 95" for each size of `expected` that `found` does not have in its place;
  // empty where no key says such a size.
  std::string ReasonFor(const std::vector<int64_t>& expected,
                        const std::vector<int64_t>& found) const;
  // ", since num_hidden_layers is 5" if the tensor's name has the number of a layer; with
  // `only_beyond` only of a layer that there is not.
  std::string ReasonForLayer(const std::string& tensor, bool only_beyond) const;
};

// By the keys of config.json; of GGUF, where `prefix` is the architecture's name with a dot.
SizeNames FolderSizeNames(const LayerShape& shape, SizeName layers);
SizeNames GgufSizeNames(const std::string& prefix, const LayerShape& shape, int64_t num_layers);

}  // namespace dsb
