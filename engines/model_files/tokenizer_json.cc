#include "engines/model_files/tokenizer_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "base/utf8.h"
#include "engines/model_files/json_config.h"
#include "engines/model_files/text_keys.h"

namespace dsb {
namespace {

using nlohmann::json;

constexpr ConfigKey kIdKey[] = {Read("id")};
constexpr char kVocabKey[] = "model.vocab";
constexpr char kMergesPath[] = "model.merges";

// The text of every id, while the parts of the file are put together.
class IdTable {
 public:
  IdTable(std::string file, size_t num_rows) : file_(std::move(file)), num_rows_(num_rows) {}

  void AddVocabulary(const json& vocab) {
    if (!vocab.is_object() || vocab.empty()) {
      Fail(kVocabKey, vocab.is_object() ? "no token" : "no object", "an object of texts and ids");
    }
    for (const auto& [text, id] : vocab.items()) {
      const std::string place = std::string(kVocabKey) + "." + Quoted(text);
      if (!id.is_number_integer()) Fail(place, Quoted(id.dump()), "an id");
      std::optional<std::string>& slot = Slot(place, id);
      if (slot) Fail(place, "the id " + id.dump() + " of " + Quoted(*slot), "an id of its own");
      slot = text;
    }
  }

  // Added tokens may stand in the vocabulary too, under the same id.
  void AddAdded(const JsonConfig& token, bool normalizes, const json& vocab) {
    CheckKeys(token, JoinKeys({kIdKey, AddedTokenKeys()}));
    const std::string content = token.StringOr("content", "");
    if (content.empty()) token.Refuse("content", "empty", "the token's text");
    CheckAddedTokenFlags(token, content, normalizes);
    const int64_t id = token.IntOr("id", -1);
    std::optional<std::string>& slot = Slot(token.name() + ": id", id);
    const auto known = vocab.find(content);
    if ((slot && *slot != content) || (known != vocab.end() && *known != id)) {
      token.Refuse("id", std::to_string(id),
                   slot && *slot != content ? "an id of its own: it is that of " + Quoted(*slot)
                                            : known->dump() + ", as " + kVocabKey + " says");
    }
    slot = content;
    types_[static_cast<size_t>(id)] =
        token.BoolOr("special", false) ? TokenType::kControl : TokenType::kUserDefined;
  }

  // Closes the table: `num_rows` texts and types, padding behind the last id.
  std::pair<std::vector<std::string>, std::vector<TokenType>> Take() {
    std::vector<std::string> tokens;
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (!texts_[i]) {
        Fail(kVocabKey, "no token with id " + std::to_string(i),
             "ids 0 to " + std::to_string(texts_.size() - 1) + " without a gap");
      }
      tokens.push_back(std::move(*texts_[i]));
    }
    tokens.resize(num_rows_);
    types_.resize(num_rows_, TokenType::kUnused);
    return {std::move(tokens), std::move(types_)};
  }

  [[noreturn]] void Fail(const std::string& key, const std::string& found,
                         const std::string& expected) const {
    ThrowBadInput(file_ + ": key " + key + ": found " + found + ", expected " + expected);
  }

 private:
  std::optional<std::string>& Slot(const std::string& place, const json& id) {
    if (id < 0 || id >= num_rows_) {
      Fail(place, "the id " + id.dump(),
           "0 to " + std::to_string(num_rows_ - 1) + ", the rows of the model's embedding");
    }
    const auto index = id.get<size_t>();
    if (index >= texts_.size()) {
      texts_.resize(index + 1);
      types_.resize(index + 1, TokenType::kNormal);
    }
    return texts_[index];
  }

  std::string file_;
  size_t num_rows_;
  std::vector<std::optional<std::string>> texts_;
  std::vector<TokenType> types_;
};

// To "left right", from that or from ["left", "right"].
std::vector<std::string> ReadMergeLines(const json& merges, const IdTable& table) {
  if (!merges.is_array()) table.Fail(kMergesPath, "no list", "a list of pairs");
  std::vector<std::string> lines;
  for (const json& merge : merges) {
    const bool pair = merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
                      merge[1].is_string() &&
                      merge[0].get_ref<const std::string&>().find(' ') == std::string::npos;
    if (!pair && !merge.is_string()) {
      table.Fail(std::string(kMergesPath) + "[" + std::to_string(lines.size()) + "]",
                 Quoted(merge.dump()), "\"left right\" or [\"left\", \"right\"]");
    }
    lines.push_back(pair ? merge[0].get<std::string>() + " " + merge[1].get<std::string>()
                         : merge.get<std::string>());
  }
  return lines;
}

// What the model would do besides merging.
void CheckModel(const JsonConfig& model) {
  if (const std::string type = model.StringOr("type", ""); type != "BPE") {
    model.Refuse("type", Quoted(type), "BPE");
  }
  for (const char* key : {"byte_fallback", "ignore_merges"}) {
    if (model.BoolOr(key, false)) model.Refuse(key, "true", "false");
  }
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (const std::string text = model.StringOr(key, ""); !text.empty()) {
      model.Refuse(key, Quoted(text), "none");
    }
  }
  if (const double dropout = model.FloatOr("dropout", 0); dropout != 0) {
    model.Refuse("dropout", std::to_string(dropout), "none");
  }
}

json Take(json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  json value = std::move(*found);
  object.erase(found);
  return value;
}

}  // namespace

std::span<const ConfigKey> AddedTokenKeys() {
  static constexpr ConfigKey kKeys[] = {Read("content"),   Read("special"),     Read("lstrip"),
                                        Read("rstrip"),    Read("single_word"), Read("normalized"),
                                        Harmless("__type")};
  return kKeys;
}

void CheckAddedTokenFlags(const JsonConfig& token, const std::string& content, bool normalizes) {
  for (const char* key : {"lstrip", "rstrip", "single_word"}) {
    if (token.BoolOr(key, false)) token.Refuse(key, "true", "false");
  }
  if (normalizes && token.BoolOr("normalized", false) && !IsAscii(content)) {
    token.Refuse("normalized", "true", "false for a text that is not ASCII");
  }
}

TokenizerTables ReadTokenizerJson(std::string_view text, const std::string& name, size_t num_rows) {
  DSB_CHECK(num_rows > 0 && num_rows <= kMaxVocabularyTokens);
  auto document = ParseStrictJson<json>(text, name);
  if (!document.is_object()) ThrowBadInput(name + ": not a JSON object");
  json vocab, merges;
  if (const auto model = document.find("model"); model != document.end() && model->is_object()) {
    vocab = Take(*model, "vocab");
    merges = Take(*model, "merges");
  }
  const JsonConfig rest = JsonConfig::Parse(document.dump(), name);
  const std::optional<JsonConfig> model = rest.Object("model");
  if (!model) rest.Refuse("model", "missing", "an object of type BPE");
  CheckModel(*model);
  CheckKeys(rest, TokenizerJsonKeys());
  CheckKeys(*model, TokenizerJsonModelKeys());
  const TokenizerStages stages = ReadTokenizerStages(rest);
  TokenizerTables tables;
  tables.pre_tokenizer = stages.pre_tokenizer;
  tables.normalizes = stages.normalizes;
  IdTable table(name, num_rows);
  table.AddVocabulary(vocab);
  if (rest.Has("added_tokens")) {
    for (const JsonConfig& token : rest.Objects("added_tokens")) {
      table.AddAdded(token, stages.normalizes, vocab);
    }
  }
  const std::vector<std::string> lines = ReadMergeLines(merges, table);
  auto [tokens, types] = table.Take();
  FillTables({.file = name,
              .tokens_key = kVocabKey,
              .merges_key = kMergesPath,
              .tokens = tokens,
              .types = std::move(types),
              .merges = lines},
             tables);
  const std::string unknown = model->StringOr("unk_token", "");
  const auto& bytes = tables.byte_ids;
  if (!unknown.empty() && std::find(bytes.begin(), bytes.end(), -1) != bytes.end()) {
    model->Refuse("unk_token", Quoted(unknown), "none where a byte has no token");
  }
  return tables;
}

}  // namespace dsb
