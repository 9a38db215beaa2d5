// The numbers that define a Llama- or Qwen3-shaped model, read from a GGUF's keys or a Hugging Face
// config.json and checked (formats.md 1.3 rule 8, 3). Other architectures are refused by name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/model_files/gguf.h"
#include "engines/transformer/decoder_layer.h"

namespace dsb {

struct ModelConfig {
  std::string architecture;  // llama, qwen3
  LayerShape shape;
  int64_t num_layers = 0;
  int64_t vocab_size = 0;
  int64_t context_tokens = 0;  // the model's own limit
  bool qk_norm = false;
  bool tied_head = false;               // no head tensor: the embedding is the head
  std::vector<float> rope_frequencies;  // [head_dim / 2], scaled
};

// kBadInput naming file, key, found and expected.
ModelConfig ConfigFromGguf(const GgufFile& file);

}  // namespace dsb
