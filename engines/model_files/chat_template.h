// Chat prompts, rendered straight to token ids (formats.md 5). User text is encoded with special
// matching off.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engines/chat_message.h"
#include "engines/model_files/tokenizer.h"

namespace dsb {

enum class ChatFormat { kSmolLm2, kQwen3NonThinking };
const char* ChatFormatName(ChatFormat format);  // smollm2, qwen3-nonthinking

// A template's text, and for errors where it and the tokenizer's tokens stand.
struct ChatTemplate {
  std::string text;
  std::string place;         // "FILE: key ..."
  std::string tokens_place;  // likewise
};

// From the template text and the tokenizer's control tokens; kBadInput if the template is none that
// we know.
ChatFormat DetectChatFormat(const ChatTemplate& chat, const Tokenizer& tokenizer);
ChatFormat DetectChatFormat(const GgufFile& file, const Tokenizer& tokenizer);

// Ids of the conversation followed by the generation prompt.
Tokenizer::Encoding RenderChat(const Tokenizer& tokenizer, ChatFormat format,
                               std::span<const ChatMessage> messages);

// Token ids that end an answer (SmolLM2: 2 and 0), then those of `stated` that are not among them.
std::vector<int32_t> StopTokens(const Tokenizer& tokenizer, ChatFormat format,
                                std::span<const int32_t> stated = {});

}  // namespace dsb
