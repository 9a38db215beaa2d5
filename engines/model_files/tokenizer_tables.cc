#include "engines/model_files/tokenizer_tables.h"

#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/quoted.h"
#include "base/utf8.h"
#include "engines/model_files/byte_alphabet.h"

namespace dsb {
namespace {

using Vocabulary = std::unordered_map<std::string_view, int32_t>;  // mapped text -> id

[[noreturn]] void Fail(const TokenLists& lists, const std::string& key, size_t index,
                       const std::string& found, const std::string& expected) {
  ThrowBadInput(lists.file + ": key \"" + key + "[" + std::to_string(index) + "]\": found " +
                found + ", expected " + expected);
}

// Appends what the token's text stands for. Only normal tokens are written in the byte alphabet.
void AppendMapped(const TokenLists& lists, size_t index, const ByteAlphabet& alphabet,
                  std::string& bytes) {
  const std::string_view text = lists.tokens[index];
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = NextUtf8(text.substr(at));
    const std::optional<uint8_t> byte =
        step.kind == Utf8Step::Kind::kCharacter ? alphabet.Byte(step.code_point) : std::nullopt;
    if (!byte)
      Fail(lists, lists.tokens_key, index, Quoted(text), "characters of the byte alphabet");
    bytes += static_cast<char>(*byte);
    at += step.length;
  }
}

bool IsMapped(TokenType type) { return type == TokenType::kNormal || type == TokenType::kByte; }

Vocabulary ReadTokens(const TokenLists& lists, TokenizerTables& tables) {
  const std::span<const std::string> tokens = lists.tokens;
  const ByteAlphabet alphabet;
  Vocabulary vocabulary(tokens.size());
  tables.byte_ids.fill(-1);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const TokenType type = lists.types[i];
    tables.types.push_back(type);
    tables.starts.push_back(tables.bytes.size());
    if (!IsMapped(type)) {
      if (const size_t at = FindInvalidUtf8(tokens[i]); at != std::string::npos) {
        Fail(lists, lists.tokens_key, i, Quoted(tokens[i]), "UTF-8");
      }
      tables.bytes += tokens[i];
      continue;
    }
    AppendMapped(lists, i, alphabet, tables.bytes);
    const auto [other, is_new] = vocabulary.emplace(tokens[i], static_cast<int32_t>(i));
    if (!is_new) {
      Fail(lists, lists.tokens_key, i,
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

int32_t RequireToken(const TokenLists& lists, const Vocabulary& vocabulary, size_t index,
                     std::string_view text) {
  const auto found = vocabulary.find(text);
  if (found == vocabulary.end()) {
    Fail(lists, lists.merges_key, index, Quoted(text) + ", which is no normal token",
         "both parts and their concatenation among the tokens");
  }
  return found->second;
}

void ReadMerges(const TokenLists& lists, const Vocabulary& vocabulary, TokenizerTables& tables) {
  const std::span<const std::string> merges = lists.merges;
  tables.merges = BpeMerges(merges.size());
  std::string joined;
  for (size_t i = 0; i < merges.size(); ++i) {
    const std::string_view line = merges[i];
    const size_t space = line.find(' ', 1);
    if (space == std::string_view::npos || space + 1 == line.size()) {
      Fail(lists, lists.merges_key, i, Quoted(line), "two parts with a space between them");
    }
    const std::string_view left = line.substr(0, space);
    const std::string_view right = line.substr(space + 1);
    const int32_t left_id = RequireToken(lists, vocabulary, i, left);
    const int32_t right_id = RequireToken(lists, vocabulary, i, right);
    joined.assign(left).append(right);
    const int32_t joined_id = RequireToken(lists, vocabulary, i, joined);
    tables.merges.Add(left_id, right_id, static_cast<int32_t>(i), joined_id);
  }
}

}  // namespace

void FillTables(const TokenLists& lists, TokenizerTables& tables) {
  DSB_CHECK(lists.tokens.size() == lists.types.size());
  const Vocabulary vocabulary = ReadTokens(lists, tables);
  ReadMerges(lists, vocabulary, tables);
}

}  // namespace dsb
