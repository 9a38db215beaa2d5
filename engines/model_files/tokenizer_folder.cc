#include "engines/model_files/tokenizer_folder.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "base/utf8.h"
#include "engines/model_files/json_config.h"
#include "engines/model_files/text_keys.h"
#include "engines/model_files/tokenizer_json.h"

namespace dsb {
namespace {

constexpr size_t kMaxTokenizerBytes = size_t{128} << 20;
constexpr size_t kMaxTemplateBytes = size_t{1} << 20;
constexpr char kTokenizer[] = "tokenizer.json", kTokenizerConfig[] = "tokenizer_config.json";
constexpr char kGeneration[] = "generation_config.json", kTemplate[] = "chat_template.jinja";

std::optional<JsonConfig> ReadIfThere(ModelFolder& folder, const std::string& name) {
  if (!folder.Has(name)) return std::nullopt;
  return JsonConfig::Read(folder, name);
}

void WarnOfUnknown(ModelFolder& folder, const char* file, const std::vector<std::string>& keys) {
  constexpr size_t kShown = 5;
  if (keys.empty()) return;
  std::string list;
  for (size_t i = 0; i < keys.size() && i < kShown; ++i)
    list += (i == 0 ? "" : ", ") + Quoted(keys[i]);
  if (keys.size() > kShown) list += " and " + std::to_string(keys.size() - kShown) + " more";
  folder.Warn(std::string(file) + ": not known and not used: " + list);
}

bool IsAdded(const TokenizerTables& tables, size_t id) {
  return id < tables.vocab_size() &&
         (tables.types[id] == TokenType::kControl || tables.types[id] == TokenType::kUserDefined);
}

// The id of `key`'s token, a text or an object with its content; -1 if there is none.
int32_t ReadSpecialToken(const JsonConfig& config, const std::string& key,
                         const TokenizerTables& tables) {
  if (!config.Has(key)) return -1;
  const std::string text =
      config.IsText(key) ? config.StringOr(key, "") : config.Object(key)->StringOr("content", "");
  for (size_t i = 0; i < tables.vocab_size(); ++i) {
    if (!IsAdded(tables, i)) continue;
    if (tables.TokenBytes(static_cast<int32_t>(i)) == text) return static_cast<int32_t>(i);
  }
  config.Refuse(key, Quoted(text), "one of tokenizer.json's added tokens");
}

bool IsAddedAs(const TokenizerTables& tables, int64_t id, const std::string& content) {
  return id >= 0 && IsAdded(tables, static_cast<size_t>(id)) &&
         tables.TokenBytes(static_cast<int32_t>(id)) == content;
}

// The same tokens once more, by id: its own program adds those that tokenizer.json lacks, and
// matches all as it is said here.
void CheckAddedTokens(const JsonConfig& config, const TokenizerTables& tables) {
  const std::optional<JsonConfig> tokens = config.Object("added_tokens_decoder");
  if (!tokens) return;
  for (const std::string& key : tokens->Keys()) {
    const std::optional<JsonConfig> token = tokens->Object(key);
    const std::string content = token ? token->StringOr("content", "") : "";
    int64_t id = 0;
    const auto parsed = std::from_chars(key.data(), key.data() + key.size(), id);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == key.data() + key.size();
    if (!whole || !IsAddedAs(tables, id, content)) {
      tokens->Refuse(key, Quoted(content), "the added token of that id in tokenizer.json");
    }
    CheckKeys(*token, AddedTokenKeys());
    CheckAddedTokenFlags(*token, content, tables.normalizes);
  }
}

// What older versions of its own program wrote beside tokenizer_config.json and read back where
// that does not list the added tokens.
void ReadOlderFiles(ModelFolder& folder, const std::optional<JsonConfig>& config,
                    TokenizerTables& tables) {
  if (config && config->Has("added_tokens_decoder")) return;
  if (const std::optional<JsonConfig> tokens = ReadIfThere(folder, "added_tokens.json")) {
    for (const std::string& content : tokens->Keys()) {
      if (!IsAddedAs(tables, tokens->IntOr(content, -1), content)) {
        tokens->Refuse(Quoted(content), tokens->Value(content),
                       "the id of that added token in tokenizer.json");
      }
    }
  }
  const std::optional<JsonConfig> map = ReadIfThere(folder, "special_tokens_map.json");
  if (!map || !map->Has("eos_token")) return;
  const int32_t end = ReadSpecialToken(*map, "eos_token", tables);
  if (config && config->Has("eos_token") && end != tables.eos_id) {
    map->Refuse("eos_token", map->Value("eos_token"),
                "that of tokenizer_config.json, " + config->Value("eos_token"));
  }
  tables.eos_id = end;
}

// tokenizer_config.json holds one template, or a list of named ones.
std::string TemplateOf(const JsonConfig& config) {
  constexpr char kKey[] = "chat_template";
  if (!config.IsList(kKey)) return config.StringOr(kKey, "");
  for (const JsonConfig& named : config.Objects(kKey)) {
    if (named.StringOr("name", "") == "default") return named.StringOr("template", "");
  }
  config.Refuse(kKey, "a list without the name default", "a template");
}

ChatTemplate ReadTemplate(ModelFolder& folder, const std::optional<JsonConfig>& config) {
  ChatTemplate chat;
  chat.tokens_place = folder.PathOf(kTokenizer) + ": key added_tokens";
  const bool in_config = config && config->Has("chat_template");
  if (folder.Has(kTemplate)) {
    chat.text = std::string(folder.Text(kTemplate, kMaxTemplateBytes));
    chat.place = folder.PathOf(kTemplate);
    if (const size_t at = FindInvalidUtf8(chat.text); at != std::string_view::npos) {
      ThrowBadInput(chat.place + ": found an ill-formed byte at offset " + std::to_string(at) +
                    ", expected UTF-8");
    }
    if (in_config && TemplateOf(*config) != chat.text) {
      folder.Warn(std::string(kTokenizerConfig) + ": its chat template is another than " +
                  kTemplate + ", which is the one that is used");
    }
    return chat;
  }
  if (!in_config) {
    ThrowBadInput(folder.path() +
                  ": found no chat template, expected chat_template.jinja, or "
                  "tokenizer_config.json with the key chat_template; " +
                  PromptFormAdvice());
  }
  chat.text = TemplateOf(*config);
  chat.place = config->name() + ": key chat_template";
  return chat;
}

ChatFormat ReadForm(ModelFolder& folder, const std::optional<JsonConfig>& config,
                    const Tokenizer& tokenizer, std::optional<ChatFormat> form) {
  if (form) {
    CheckFormTokens(*form, tokenizer, folder.PathOf(kTokenizer) + ": key added_tokens");
    return *form;
  }
  std::vector<std::string> warnings;
  const ChatFormat found = DetectChatFormat(ReadTemplate(folder, config), tokenizer, warnings);
  for (std::string& warning : warnings) folder.Warn(std::move(warning));
  return found;
}

std::vector<int32_t> ReadStopIds(const JsonConfig& config, int64_t num_rows) {
  constexpr char kKey[] = "eos_token_id";
  std::vector<int64_t> ids;
  if (config.IsList(kKey)) {
    ids = config.Ints(kKey);
  } else if (config.Has(kKey)) {
    ids.push_back(config.IntOr(kKey, -1));
  }
  std::vector<int32_t> stops;
  for (const int64_t id : ids) {
    if (id < 0 || id >= num_rows) {
      config.Refuse(kKey, std::to_string(id), "0 to " + std::to_string(num_rows - 1));
    }
    stops.push_back(static_cast<int32_t>(id));
  }
  return stops;
}

std::vector<int32_t> ReadGenerationStops(ModelFolder& folder, int64_t num_rows) {
  const std::optional<JsonConfig> config = ReadIfThere(folder, kGeneration);
  if (!config) return {};
  const ConfigKeys known = JoinKeys({GenerationConfigKeys(), GenerationRules()});
  for (const ConfigKey& rule : GenerationRules()) {
    if (IsNeutral(*config, rule)) continue;
    folder.Warn(std::string(kGeneration) + ": key " + rule.name + " " + config->Value(rule.name) +
                " is not applied: a run's own sampling options decide");
  }
  std::vector<std::string> unknown;
  for (const std::string& key : config->Keys()) {
    const bool found = std::any_of(known.begin(), known.end(),
                                   [&](const ConfigKey& one) { return key == one.name; });
    if (!found) unknown.push_back(key);
  }
  WarnOfUnknown(folder, kGeneration, unknown);
  return ReadStopIds(*config, num_rows);
}

}  // namespace

TokenizerFolder ReadTokenizerFolder(ModelFolder& folder, int64_t num_rows,
                                    std::optional<ChatFormat> form) {
  const std::string file = folder.PathOf(kTokenizer);
  if (!folder.Has(kTokenizer)) {
    ThrowResource(file + ": missing, expected it beside config.json: a target needs its tokenizer");
  }
  TokenizerTables tables = ReadTokenizerJson(folder.Text(kTokenizer, kMaxTokenizerBytes), file,
                                             static_cast<size_t>(num_rows));
  const std::optional<JsonConfig> config = ReadIfThere(folder, kTokenizerConfig);
  if (config) {
    WarnOfUnknown(folder, kTokenizerConfig, CheckKeyValues(*config, TokenizerConfigKeys()));
    tables.bos_id = ReadSpecialToken(*config, "bos_token", tables);
    tables.eos_id = ReadSpecialToken(*config, "eos_token", tables);
    CheckAddedTokens(*config, tables);
  }
  ReadOlderFiles(folder, config, tables);
  TokenizerFolder result{Tokenizer(std::move(tables)), ChatFormat::kSmolLm2, {}};
  result.chat_format = ReadForm(folder, config, result.tokenizer, form);
  std::vector<int32_t> stops = ReadGenerationStops(folder, num_rows);
  if (stops.empty()) stops = ReadStopIds(JsonConfig::Read(folder, "config.json"), num_rows);
  result.stop_tokens = StopTokens(result.tokenizer, stops);
  return result;
}

}  // namespace dsb
