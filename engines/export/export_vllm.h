// vLLM's forms (remote_servers.md 9.1, 9.2): Hugging Face folders. Internal to export_model.h.
#pragma once

#include <string>

#include "engines/export/drafter_source.h"
#include "engines/export/safetensors_builder.h"

namespace dsb {

struct ModelFolderFiles {
  SafetensorsBuilder weights;
  std::string config;           // config.json
  std::string generation = {};  // generation_config.json; empty: none
  std::string tokenizer = {};   // tokenizer.json
  std::string tokenizer_config = {};
};

// dflash as a DSpark whose Markov head is zeros, since that alone drafts from the anchor there;
// mtp1 for the model class of ci/vllm_site, since vLLM has none for it.
ModelFolderFiles DrafterFolderFiles(const DrafterSource& source);
// A llama GGUF as the folder it was made of: bf16 weights, tokenizer and template.
ModelFolderFiles TargetFolderFiles(const GgufFile& target);

}  // namespace dsb
