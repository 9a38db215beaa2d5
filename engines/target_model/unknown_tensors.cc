#include "engines/target_model/unknown_tensors.h"

#include <set>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/transformer/weight_source.h"

namespace dsb {
namespace {

std::set<std::string> UsedNames(int64_t num_layers) {
  std::set<std::string> used = {"token_embd.weight", "output.weight", "output_norm.weight",
                                "rope_freqs.weight"};
  for (int64_t layer = 0; layer < num_layers; ++layer) {
    const LayerNames names = GgufLayerNames(layer);
    used.insert({names.attention_norm, names.q, names.k, names.v, names.attention_output,
                 names.mlp_norm, names.gate, names.up, names.down});
  }
  return used;
}

bool ChangesTheMaths(const std::string& name) {
  return name.ends_with(".bias") || name.find("_norm") != std::string::npos ||
         name.find("rope_") != std::string::npos;
}

}  // namespace

std::vector<std::string> CheckUnknownTensors(const GgufFile& file, int64_t num_layers) {
  const std::set<std::string> used = UsedNames(num_layers);
  std::vector<std::string> warnings;
  for (const StoredTensor& tensor : file.tensors()) {
    if (used.contains(tensor.name)) continue;
    if (ChangesTheMaths(tensor.name)) {
      ThrowBadInput(file.path() + ": tensor " + Quoted(tensor.name) +
                    " is not part of a Llama model, expected none that changes its maths");
    }
    warnings.push_back("tensor " + Quoted(tensor.name) +
                       " is not part of a Llama model and is ignored");
  }
  return warnings;
}

}  // namespace dsb
