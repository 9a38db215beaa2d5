// Which form a template's prompts have. No template is run: one that is not known by its hash is
// taken for what its words say, and the caller is told.
#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/quoted.h"
#include "base/sha256.h"
#include "engines/model_files/chat_template.h"

namespace dsb {
namespace {

struct FormName {
  ChatFormat form;
  const char* name;
};
constexpr FormName kForms[] = {
    {ChatFormat::kRaw, "raw"},
    {ChatFormat::kChatMl, "chatml"},
    {ChatFormat::kSmolLm2, "smollm2"},
    {ChatFormat::kQwen3NonThinking, "qwen3-nonthinking"},
};

struct KnownTemplate {
  std::string_view sha256;
  ChatFormat form;
};
constexpr KnownTemplate kKnown[] = {
    {"872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788", ChatFormat::kSmolLm2},
    {"a55ee1b1660128b7098723e0abcd92caa0788061051c62d51cbe87d9cf1974d8",
     ChatFormat::kQwen3NonThinking},
};

std::optional<ChatFormat> ByHash(const std::string& sha256) {
  for (const KnownTemplate& known : kKnown) {
    if (sha256 == known.sha256) return known.form;
  }
  return std::nullopt;
}

std::optional<ChatFormat> ByWords(const std::string& text) {
  const auto has = [&text](const char* part) { return text.find(part) != std::string::npos; };
  if (!has("<|im_start|>") || !has("<|im_end|>")) return std::nullopt;
  const bool smollm = has("You are a helpful AI assistant named SmolLM, trained by Hugging Face");
  if (smollm && !has("think")) return ChatFormat::kSmolLm2;
  if (!smollm && has("<think>") && has("enable_thinking")) return ChatFormat::kQwen3NonThinking;
  // No thoughts, and no words of its own that it would put before the user's.
  const bool plain = has("<|im_start|>assistant") && !has("think") && !has("You are");
  return plain ? std::optional(ChatFormat::kChatMl) : std::nullopt;
}

}  // namespace

std::vector<std::string> ChatFormatNames() {
  std::vector<std::string> names;
  for (const FormName& entry : kForms) names.emplace_back(entry.name);
  return names;
}

const char* ChatFormatName(ChatFormat format) {
  const auto* const found =
      std::find_if(std::begin(kForms), std::end(kForms),
                   [&](const FormName& entry) { return entry.form == format; });
  DSB_CHECK(found != std::end(kForms));
  return found->name;
}

std::optional<ChatFormat> ChatFormatFromName(const std::string& name) {
  for (const FormName& entry : kForms) {
    if (name == entry.name) return entry.form;
  }
  return std::nullopt;
}

std::string PromptFormAdvice() {
  std::string list;
  for (const FormName& entry : kForms) list += (list.empty() ? "" : ", ") + std::string(entry.name);
  return "--prompt-form renders prompts whatever the template says: " + list;
}

void CheckFormTokens(ChatFormat format, const Tokenizer& tokenizer,
                     const std::string& tokens_place) {
  if (format == ChatFormat::kRaw) return;
  const bool thinks = format == ChatFormat::kQwen3NonThinking;
  for (const std::string_view literal : {"<|im_start|>", "<|im_end|>", "<think>", "</think>"}) {
    if (tokenizer.Find(literal) >= 0 || (!thinks && literal.find("think") != literal.npos))
      continue;
    ThrowBadInput(tokens_place + ": found no control token " + Quoted(literal) +
                  ", expected it for the prompt form " + ChatFormatName(format));
  }
}

ChatFormat DetectChatFormat(const ChatTemplate& chat, const Tokenizer& tokenizer,
                            std::vector<std::string>& warnings) {
  const std::string hash = Sha256Hex(chat.text);
  const std::string which =
      " (" + std::to_string(chat.text.size()) + " bytes, SHA-256 " + hash + ")";
  std::optional<ChatFormat> form = ByHash(hash);
  if (!form) {
    form = ByWords(chat.text);
    if (!form) {
      ThrowBadInput(chat.place + ": found an unknown template" + which +
                    ", expected SmolLM2's or Qwen3's; " + PromptFormAdvice());
    }
    warnings.push_back("the chat template" + which +
                       " is not one that dsbench knows: by its words " +
                       "prompts are rendered as " + ChatFormatName(*form) +
                       "; --prompt-form says otherwise, or the same without this warning");
  }
  CheckFormTokens(*form, tokenizer, chat.tokens_place);
  return *form;
}

ChatFormat ReadChatFormat(const GgufFile& file, const Tokenizer& tokenizer,
                          std::optional<ChatFormat> form, std::vector<std::string>& warnings) {
  constexpr char kKey[] = "tokenizer.chat_template";
  const std::string place = file.path() + ": key \"" + kKey + "\"";
  const std::string tokens_place = file.path() + ": key \"tokenizer.ggml.tokens\"";
  if (form) {
    CheckFormTokens(*form, tokenizer, tokens_place);
    return *form;
  }
  if (!file.Has(kKey)) {
    ThrowBadInput(place + ": missing, expected SmolLM2's or Qwen3's chat template; " +
                  PromptFormAdvice());
  }
  return DetectChatFormat({.text = file.String(kKey), .place = place, .tokens_place = tokens_place},
                          tokenizer, warnings);
}

}  // namespace dsb
