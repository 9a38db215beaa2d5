// Chat prompts, rendered straight to token ids (formats.md 5). User text is encoded with special
// matching off, but in the raw form: that is for prompts which are rendered already.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engines/chat_message.h"
#include "engines/model_files/tokenizer.h"

namespace dsb {

enum class ChatFormat {
  kSmolLm2,
  kQwen3NonThinking,
  kChatMl,  // messages between <|im_start|> and <|im_end|>, nothing else
  kRaw,     // no template: the texts as they are, added tokens matched
};
std::vector<std::string> ChatFormatNames();
const char* ChatFormatName(ChatFormat format);  // smollm2, qwen3-nonthinking, chatml, raw
std::optional<ChatFormat> ChatFormatFromName(const std::string& name);

// A template's text, and for errors where it and the tokenizer's tokens stand.
struct ChatTemplate {
  std::string text;
  std::string place;         // "FILE: key ..."
  std::string tokens_place;  // likewise
};

// From the template's text: one that we know by its hash, or one with the words of one that we
// know, with a line in `warnings` that says so. kBadInput if it is neither, or if the tokenizer
// lacks a token that the form needs.
ChatFormat DetectChatFormat(const ChatTemplate& chat, const Tokenizer& tokenizer,
                            std::vector<std::string>& warnings);
// `form` if there is one; else by the file's template.
ChatFormat ReadChatFormat(const GgufFile& file, const Tokenizer& tokenizer,
                          std::optional<ChatFormat> form, std::vector<std::string>& warnings);
// kBadInput naming `tokens_place` if the tokenizer lacks a token that the form needs.
void CheckFormTokens(ChatFormat format, const Tokenizer& tokenizer,
                     const std::string& tokens_place);
// What to do where there is no template that we know, for messages.
std::string PromptFormAdvice();

// Ids of the conversation followed by the generation prompt.
Tokenizer::Encoding RenderChat(const Tokenizer& tokenizer, ChatFormat format,
                               std::span<const ChatMessage> messages);

// Token ids that end an answer (SmolLM2: 2 and 0), then those of `stated` that are not among them.
std::vector<int32_t> StopTokens(const Tokenizer& tokenizer, std::span<const int32_t> stated = {});

}  // namespace dsb
