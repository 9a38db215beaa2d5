// What a Hugging Face model folder says about text (formats.md 3 to 5): tokenizer.json, the chat
// template (chat_template.jinja, else tokenizer_config.json), bos and eos (tokenizer_config.json)
// and the ids that end an answer (generation_config.json, else config.json). Reads no weights and
// runs no template.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engines/model_files/chat_template.h"
#include "engines/model_files/model_folder.h"
#include "engines/model_files/tokenizer.h"

namespace dsb {

struct TokenizerFolder {
  Tokenizer tokenizer;
  ChatFormat chat_format = ChatFormat::kSmolLm2;
  std::vector<int32_t> stop_tokens;
};

// `num_rows`: rows of the model's embedding, at most 2^20. kResource if tokenizer.json is missing,
// kBadInput (file, key, found, expected) if a file breaks a rule or the template is none that we
// know. config.json is there. `form`: how prompts are rendered, whatever the template says. What is
// odd and changes nothing becomes a warning of the folder's.
TokenizerFolder ReadTokenizerFolder(ModelFolder& folder, int64_t num_rows,
                                    std::optional<ChatFormat> form = std::nullopt);

}  // namespace dsb
