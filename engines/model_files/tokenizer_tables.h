// A tokenizer's tables as read from a GGUF's tokenizer.ggml.* or a tokenizer.json and checked
// against each other (formats.md 1.3 rule 8, 4.1). Hold no view into the file. Internal to the
// tokenizer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/model_files/bpe_merges.h"
#include "engines/model_files/gguf.h"
#include "engines/model_files/pre_tokenizer.h"

namespace dsb {

// tokenizer.ggml.token_type.
enum class TokenType : uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

struct TokenizerTables {
  PreTokenizerKind pre_tokenizer = PreTokenizerKind::kSmolLm;
  bool normalizes = false;                 // text to NFC first
  std::string bytes;                       // of all tokens, one after the other
  std::vector<uint64_t> starts;            // [vocab + 1]
  std::vector<TokenType> types;            // [vocab]
  std::array<int32_t, 256> byte_ids = {};  // -1: the byte has no token
  BpeMerges merges{0};
  int32_t bos_id = -1;
  int32_t eos_id = -1;

  size_t vocab_size() const { return types.size(); }
  std::string_view TokenBytes(int32_t id) const {
    const auto i = static_cast<size_t>(id);
    return std::string_view(bytes).substr(starts[i], starts[i + 1] - starts[i]);
  }
};

inline constexpr size_t kMaxVocabularyTokens = size_t{1} << 20;

// What both kinds of file hold: token i is `tokens[i]`, normal ones in the byte alphabet; merge i
// is "left right", rank i. The names are for errors.
struct TokenLists {
  std::string file, tokens_key, merges_key;
  std::span<const std::string> tokens;
  std::vector<TokenType> types;  // one a token
  std::span<const std::string> merges;
};

// Fills all but the pre-tokenizer, the normalizer and the special ids. kBadInput naming file, key,
// what was found and expected.
void FillTables(const TokenLists& lists, TokenizerTables& tables);

// Throws kBadInput naming file, key, what was found and expected.
TokenizerTables ReadTokenizerTables(const GgufFile& file);

}  // namespace dsb
