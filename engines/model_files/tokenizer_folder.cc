#include "engines/model_files/tokenizer_folder.h"

#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "base/text_file.h"
#include "base/utf8.h"
#include "engines/model_files/json_config.h"
#include "engines/model_files/tokenizer_json.h"

namespace dsb {
namespace {

constexpr size_t kMaxBytes = size_t{256} << 20;

bool Exists(const std::string& path) {
  std::error_code ignored;  // what exists but cannot be read fails when it is opened
  return std::filesystem::exists(path, ignored);
}

std::optional<JsonConfig> ReadIfThere(const std::string& path) {
  if (!Exists(path)) return std::nullopt;
  return JsonConfig::Read(path);
}

// The id of `key`'s token, a text or an object with its content; -1 if there is none.
int32_t ReadSpecialToken(const JsonConfig& config, const std::string& key,
                         const TokenizerTables& tables) {
  if (!config.Has(key)) return -1;
  const std::string text =
      config.IsText(key) ? config.StringOr(key, "") : config.Object(key)->StringOr("content", "");
  for (size_t i = 0; i < tables.vocab_size(); ++i) {
    const TokenType type = tables.types[i];
    if (type != TokenType::kControl && type != TokenType::kUserDefined) continue;
    if (tables.TokenBytes(static_cast<int32_t>(i)) == text) return static_cast<int32_t>(i);
  }
  config.Refuse(key, Quoted(text), "one of tokenizer.json's added tokens");
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

ChatTemplate ReadTemplate(const std::string& path, const std::optional<JsonConfig>& config) {
  ChatTemplate chat;
  chat.tokens_place = path + "/tokenizer.json: key added_tokens";
  const std::string jinja = path + "/chat_template.jinja";
  if (Exists(jinja)) {
    chat.text = ReadTextFile(jinja, kMaxBytes);
    chat.place = jinja;
    if (const size_t at = FindInvalidUtf8(chat.text); at != std::string_view::npos) {
      ThrowBadInput(jinja + ": found an ill-formed byte at offset " + std::to_string(at) +
                    ", expected UTF-8");
    }
    return chat;
  }
  if (!config || !config->Has("chat_template")) {
    ThrowBadInput(
        path +
        ": found no chat template, expected chat_template.jinja, or tokenizer_config.json "
        "with the key chat_template");
  }
  chat.text = TemplateOf(*config);
  chat.place = config->name() + ": key chat_template";
  return chat;
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

}  // namespace

TokenizerFolder ReadTokenizerFolder(const std::string& path, int64_t num_rows) {
  const std::string file = path + "/tokenizer.json";
  if (!Exists(file)) {
    ThrowResource(file + ": missing, expected it beside config.json: a target needs its tokenizer");
  }
  TokenizerTables tables =
      ReadTokenizerJson(ReadTextFile(file, kMaxBytes), file, static_cast<size_t>(num_rows));
  const std::optional<JsonConfig> config = ReadIfThere(path + "/tokenizer_config.json");
  if (config) {
    tables.bos_id = ReadSpecialToken(*config, "bos_token", tables);
    tables.eos_id = ReadSpecialToken(*config, "eos_token", tables);
  }
  TokenizerFolder folder{Tokenizer(std::move(tables)), ChatFormat::kSmolLm2, {}};
  folder.chat_format = DetectChatFormat(ReadTemplate(path, config), folder.tokenizer);
  std::vector<int32_t> stops;
  if (const auto generation = ReadIfThere(path + "/generation_config.json")) {
    stops = ReadStopIds(*generation, num_rows);
  }
  if (stops.empty()) stops = ReadStopIds(JsonConfig::Read(path + "/config.json"), num_rows);
  folder.stop_tokens = StopTokens(folder.tokenizer, folder.chat_format, stops);
  return folder;
}

}  // namespace dsb
