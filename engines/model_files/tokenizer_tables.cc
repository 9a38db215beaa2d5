#include "engines/model_files/tokenizer_tables.h"

#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/utf8.h"
#include "engines/model_files/byte_alphabet.h"
#include "engines/model_files/quoted.h"

namespace dsb {
namespace {

constexpr char kModelKey[] = "tokenizer.ggml.model";
constexpr char kPreKey[] = "tokenizer.ggml.pre";
constexpr char kTokensKey[] = "tokenizer.ggml.tokens";
constexpr char kTypesKey[] = "tokenizer.ggml.token_type";
constexpr char kMergesKey[] = "tokenizer.ggml.merges";
constexpr size_t kMaxTokens = size_t{1} << 20;

using Vocabulary = std::unordered_map<std::string_view, int32_t>;  // mapped text -> id

[[noreturn]] void Fail(const GgufFile& file, const std::string& key, const std::string& found,
                       const std::string& expected) {
  ThrowBadInput(file.path() + ": key \"" + key + "\": found " + found + ", expected " + expected);
}

std::string At(const char* key, size_t index) {
  return std::string(key) + "[" + std::to_string(index) + "]";
}

PreTokenizerKind ReadKind(const GgufFile& file) {
  const std::string& model = file.String(kModelKey);
  if (model != "gpt2") Fail(file, kModelKey, Quoted(model), "\"gpt2\" (byte-level BPE)");
  const std::string& pre = file.String(kPreKey);
  if (pre == "smollm") return PreTokenizerKind::kSmolLm;
  if (pre == "qwen2") return PreTokenizerKind::kQwen2;
  Fail(file, kPreKey, Quoted(pre), "\"smollm\" or \"qwen2\"");
}

void CheckSizes(const GgufFile& file, size_t num_tokens) {
  const std::string size = std::to_string(num_tokens) + " tokens";
  if (num_tokens == 0 || num_tokens > kMaxTokens) {
    Fail(file, kTokensKey, size, "1 to " + std::to_string(kMaxTokens));
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
        "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep"}) {
    ReadSpecialId(file, std::string("tokenizer.ggml.") + name + "_token_id", num_tokens);
  }
  tables.bos_id = ReadSpecialId(file, "tokenizer.ggml.bos_token_id", num_tokens);
  tables.eos_id = ReadSpecialId(file, "tokenizer.ggml.eos_token_id", num_tokens);
}

// Appends what the token's text stands for. Only normal tokens are written in the byte alphabet.
void AppendMapped(const GgufFile& file, size_t index, const ByteAlphabet& alphabet,
                  std::string& bytes) {
  const std::string_view text = file.Strings(kTokensKey)[index];
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = NextUtf8(text.substr(at));
    const std::optional<uint8_t> byte =
        step.kind == Utf8Step::Kind::kCharacter ? alphabet.Byte(step.code_point) : std::nullopt;
    if (!byte) Fail(file, At(kTokensKey, index), Quoted(text), "characters of the byte alphabet");
    bytes += static_cast<char>(*byte);
    at += step.length;
  }
}

TokenType ReadType(const GgufFile& file, size_t index) {
  const int64_t type = file.Ints(kTypesKey)[index];
  if (type < static_cast<int64_t>(TokenType::kNormal) ||
      type > static_cast<int64_t>(TokenType::kByte)) {
    Fail(file, At(kTypesKey, index), "type " + std::to_string(type), "1 to 6");
  }
  return static_cast<TokenType>(type);
}

bool IsMapped(TokenType type) { return type == TokenType::kNormal || type == TokenType::kByte; }

Vocabulary ReadTokens(const GgufFile& file, TokenizerTables& tables) {
  const std::vector<std::string>& tokens = file.Strings(kTokensKey);
  const ByteAlphabet alphabet;
  Vocabulary vocabulary(tokens.size());
  tables.byte_ids.fill(-1);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const TokenType type = ReadType(file, i);
    tables.types.push_back(type);
    tables.starts.push_back(tables.bytes.size());
    if (!IsMapped(type)) {
      if (const size_t at = FindInvalidUtf8(tokens[i]); at != std::string::npos) {
        Fail(file, At(kTokensKey, i), Quoted(tokens[i]), "UTF-8");
      }
      tables.bytes += tokens[i];
      continue;
    }
    AppendMapped(file, i, alphabet, tables.bytes);
    const auto [other, is_new] = vocabulary.emplace(tokens[i], static_cast<int32_t>(i));
    if (!is_new) {
      Fail(file, At(kTokensKey, i),
           Quoted(tokens[i]) + ", which is also token " + std::to_string(other->second),
           "unique tokens");
    }
    if (tables.bytes.size() - tables.starts.back() == 1) {
      tables.byte_ids[static_cast<unsigned char>(tables.bytes.back())] = static_cast<int32_t>(i);
    }
  }
  tables.starts.push_back(tables.bytes.size());
  return vocabulary;
}

int32_t RequireToken(const GgufFile& file, const Vocabulary& vocabulary, size_t index,
                     std::string_view text) {
  const auto found = vocabulary.find(text);
  if (found == vocabulary.end()) {
    Fail(file, At(kMergesKey, index), Quoted(text) + ", which is no normal token",
         "both parts and their concatenation among the tokens");
  }
  return found->second;
}

void ReadMerges(const GgufFile& file, const Vocabulary& vocabulary, TokenizerTables& tables) {
  const std::vector<std::string>& merges = file.Strings(kMergesKey);
  tables.merges = BpeMerges(merges.size());
  std::string joined;
  for (size_t i = 0; i < merges.size(); ++i) {
    const std::string_view line = merges[i];
    const size_t space = line.find(' ', 1);
    if (space == std::string_view::npos || space + 1 == line.size()) {
      Fail(file, At(kMergesKey, i), Quoted(line), "two parts with a space between them");
    }
    const std::string_view left = line.substr(0, space);
    const std::string_view right = line.substr(space + 1);
    const int32_t left_id = RequireToken(file, vocabulary, i, left);
    const int32_t right_id = RequireToken(file, vocabulary, i, right);
    joined.assign(left).append(right);
    const int32_t joined_id = RequireToken(file, vocabulary, i, joined);
    tables.merges.Add(left_id, right_id, static_cast<int32_t>(i), joined_id);
  }
}

}  // namespace

TokenizerTables ReadTokenizerTables(const GgufFile& file) {
  TokenizerTables tables;
  tables.pre_tokenizer = ReadKind(file);
  const size_t num_tokens = file.Strings(kTokensKey).size();
  CheckSizes(file, num_tokens);
  ReadSpecialIds(file, num_tokens, tables);
  const Vocabulary vocabulary = ReadTokens(file, tables);
  ReadMerges(file, vocabulary, tables);
  return tables;
}

}  // namespace dsb
