#include "base/error.h"
#include "base/quoted.h"
#include "engines/model_files/tokenizer_tables.h"

namespace dsb {
namespace {

constexpr char kModelKey[] = "tokenizer.ggml.model";
constexpr char kPreKey[] = "tokenizer.ggml.pre";
constexpr char kTokensKey[] = "tokenizer.ggml.tokens";
constexpr char kTypesKey[] = "tokenizer.ggml.token_type";
constexpr char kMergesKey[] = "tokenizer.ggml.merges";

[[noreturn]] void Fail(const GgufFile& file, const std::string& key, const std::string& found,
                       const std::string& expected) {
  ThrowBadInput(file.path() + ": key \"" + key + "\": found " + found + ", expected " + expected);
}

PreTokenizerKind ReadKind(const GgufFile& file) {
  const std::string& model = file.String(kModelKey);
  if (model != "gpt2")
    Fail(file, kModelKey, Quoted(model),
         "\"gpt2\" (byte-level BPE; SentencePiece and others are not supported)");
  const std::string& pre = file.String(kPreKey);
  if (pre == "smollm") return PreTokenizerKind::kSmolLm;
  if (pre == "qwen2") return PreTokenizerKind::kQwen2;
  Fail(file, kPreKey, Quoted(pre),
       "\"smollm\" or \"qwen2\" (the pre-tokenizers that are supported)");
}

void CheckSizes(const GgufFile& file, size_t num_tokens) {
  const std::string size = std::to_string(num_tokens) + " tokens";
  if (num_tokens == 0 || num_tokens > kMaxVocabularyTokens) {
    Fail(file, kTokensKey, size, "1 to " + std::to_string(kMaxVocabularyTokens));
  }
  const size_t num_types = file.Ints(kTypesKey).size();
  if (num_types != num_tokens) {
    Fail(file, kTypesKey, std::to_string(num_types) + " types", "one for each of " + size);
  }
  if (file.Has("general.architecture")) {
    const std::string key = file.String("general.architecture") + ".vocab_size";
    const int64_t stated = file.IntOr(key, static_cast<int64_t>(num_tokens));
    if (stated != static_cast<int64_t>(num_tokens)) {
      Fail(file, kTokensKey, size, std::to_string(stated) + ", the file's " + key);
    }
  }
  const StoredTensor* embedding = file.Find("token_embd.weight");
  if (embedding != nullptr && embedding->rows() != static_cast<int64_t>(num_tokens)) {
    Fail(file, kTokensKey, size,
         std::to_string(embedding->rows()) + ", the rows of tensor \"token_embd.weight\"");
  }
}

int32_t ReadSpecialId(const GgufFile& file, const std::string& key, size_t num_tokens) {
  if (!file.Has(key)) return -1;
  const int64_t id = file.Int(key);
  if (id < 0 || id >= static_cast<int64_t>(num_tokens)) {
    Fail(file, key, "the id " + std::to_string(id), "0 to " + std::to_string(num_tokens - 1));
  }
  return static_cast<int32_t>(id);
}

void ReadSpecialIds(const GgufFile& file, size_t num_tokens, TokenizerTables& tables) {
  for (const char* name :
       {"unknown", "padding", "separator", "seperator", "cls", "mask", "eot", "eom", "fim_pre",
        "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep", "prefix", "suffix", "middle"}) {
    ReadSpecialId(file, std::string("tokenizer.ggml.") + name + "_token_id", num_tokens);
  }
  tables.bos_id = ReadSpecialId(file, "tokenizer.ggml.bos_token_id", num_tokens);
  tables.eos_id = ReadSpecialId(file, "tokenizer.ggml.eos_token_id", num_tokens);
}

std::vector<TokenType> ReadTypes(const GgufFile& file) {
  std::vector<TokenType> types;
  for (const int64_t type : file.Ints(kTypesKey)) {
    if (type < static_cast<int64_t>(TokenType::kNormal) ||
        type > static_cast<int64_t>(TokenType::kByte)) {
      Fail(file, std::string(kTypesKey) + "[" + std::to_string(types.size()) + "]",
           "type " + std::to_string(type), "1 to 6");
    }
    types.push_back(static_cast<TokenType>(type));
  }
  return types;
}

}  // namespace

TokenizerTables ReadTokenizerTables(const GgufFile& file) {
  TokenizerTables tables;
  tables.pre_tokenizer = ReadKind(file);
  tables.normalizes = tables.pre_tokenizer == PreTokenizerKind::kQwen2;
  const std::vector<std::string>& tokens = file.Strings(kTokensKey);
  CheckSizes(file, tokens.size());
  ReadSpecialIds(file, tokens.size(), tables);
  FillTables({.file = file.path(),
              .tokens_key = kTokensKey,
              .merges_key = kMergesKey,
              .tokens = tokens,
              .types = ReadTypes(file),
              .merges = file.Strings(kMergesKey)},
             tables);
  return tables;
}

}  // namespace dsb
