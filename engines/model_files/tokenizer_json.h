// Reads a Hugging Face tokenizer.json that describes byte-level BPE (formats.md 4.1 to 4.3) into
// the tables that a GGUF fills too. Stages that we do not run (other pre-tokenizers and
// normalizers, byte fallback, dropout, merges ignored) are refused by key, never skipped.
// Holds no regex engine: it recognises the two pre-tokenizers that we have by what they say.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "engines/model_files/config_keys.h"
#include "engines/model_files/pre_tokenizer.h"
#include "engines/model_files/tokenizer_tables.h"

namespace dsb {

class JsonConfig;

// `num_rows`: rows of the model's embedding. Ids from the file's last to there are padding (Qwen3:
// 151669 of 151936) and get no text; more tokens than rows are refused. Sets no bos and eos: the
// file does not know them. kBadInput naming file `name`, key, found and expected.
TokenizerTables ReadTokenizerJson(std::string_view text, const std::string& name, size_t num_rows);

// An added token as tokenizer.json and tokenizer_config.json write it: its keys but the id, and
// kBadInput naming a flag that would have it matched otherwise than as its text.
std::span<const ConfigKey> AddedTokenKeys();
void CheckAddedTokenFlags(const JsonConfig& token, const std::string& content, bool normalizes);

// The stages around the model: normalizer, pre_tokenizer, post_processor, decoder.
struct TokenizerStages {
  PreTokenizerKind pre_tokenizer = PreTokenizerKind::kSmolLm;
  bool normalizes = false;
};
TokenizerStages ReadTokenizerStages(const JsonConfig& file);

}  // namespace dsb
