#include "engines/model_files/chat_template.h"

#include <algorithm>

#include "base/error.h"
#include "base/quoted.h"

namespace dsb {
namespace {

constexpr std::string_view kStart = "<|im_start|>";
constexpr std::string_view kEnd = "<|im_end|>";
constexpr std::string_view kEndOfText = "<|endoftext|>";
constexpr std::string_view kThink = "<think>";
constexpr std::string_view kEndThink = "</think>";
constexpr std::string_view kSmolLmSystem =
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

// Collects text until a control token ends it: text between two control tokens is encoded as one.
class PromptBuilder {
 public:
  explicit PromptBuilder(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void Control(std::string_view literal) {
    Flush();
    const int32_t id = tokenizer_.Find(literal);
    DSB_CHECK(id >= 0);  // CheckFormTokens has seen it
    prompt_.ids.push_back(id);
  }
  void Text(std::string_view text) { text_ += text; }
  Tokenizer::Encoding Take() {
    Flush();
    return std::move(prompt_);
  }

 private:
  void Flush() {
    const Tokenizer::Encoding part = tokenizer_.Encode(text_, Tokenizer::Special::kIgnore);
    prompt_.ids.insert(prompt_.ids.end(), part.ids.begin(), part.ids.end());
    prompt_.dropped_bytes += part.dropped_bytes;
    text_.clear();
  }
  const Tokenizer& tokenizer_;
  Tokenizer::Encoding prompt_;
  std::string text_;
};

void AddMessage(PromptBuilder& prompt, std::string_view role, std::string_view content) {
  prompt.Control(kStart);
  prompt.Text(role);
  prompt.Text("\n");
  prompt.Text(content);
  prompt.Control(kEnd);
  prompt.Text("\n");
}

void AddThinking(PromptBuilder& prompt, std::string_view thoughts) {
  prompt.Control(kThink);
  prompt.Text("\n");
  prompt.Text(thoughts);
  prompt.Text("\n");
  prompt.Control(kEndThink);
  prompt.Text("\n\n");
}

std::string_view StripNewlines(std::string_view text) {
  while (!text.empty() && text.front() == '\n') text.remove_prefix(1);
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return text;
}

struct AssistantParts {
  std::string_view thoughts;
  std::string_view answer;
};

AssistantParts SplitThoughts(std::string_view content) {
  const size_t end = content.rfind(kEndThink);
  if (end == std::string_view::npos) return {{}, content};
  AssistantParts parts;
  parts.answer = content.substr(end + kEndThink.size());
  while (!parts.answer.empty() && parts.answer.front() == '\n') parts.answer.remove_prefix(1);
  parts.thoughts = content.substr(0, content.find(kEndThink));
  if (const size_t start = parts.thoughts.rfind(kThink); start != std::string_view::npos) {
    parts.thoughts.remove_prefix(start + kThink.size());
  }
  parts.thoughts = StripNewlines(parts.thoughts);
  return parts;
}

void AddQwen3Assistant(PromptBuilder& prompt, const ChatMessage& message, bool after_last_user,
                       bool is_last) {
  const AssistantParts parts = SplitThoughts(message.content);
  prompt.Control(kStart);
  prompt.Text("assistant\n");
  // Thoughts are kept only behind the last question; the last answer shows an empty block if it had
  // none.
  if (after_last_user && (is_last || !parts.thoughts.empty())) AddThinking(prompt, parts.thoughts);
  prompt.Text(parts.answer);
  prompt.Control(kEnd);
  prompt.Text("\n");
}

void AddQwen3Messages(PromptBuilder& prompt, std::span<const ChatMessage> messages) {
  size_t last_user = messages.size() - 1;  // without a question nothing stands behind it
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == "user") last_user = i;
  }
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == "assistant") {
      AddQwen3Assistant(prompt, messages[i], i > last_user, i + 1 == messages.size());
    } else {
      AddMessage(prompt, messages[i].role, messages[i].content);
    }
  }
}

Tokenizer::Encoding RenderRaw(const Tokenizer& tokenizer, std::span<const ChatMessage> messages) {
  std::string text;
  for (const ChatMessage& message : messages) {
    text += (text.empty() ? "" : "\n") + message.content;
  }
  return tokenizer.Encode(text, Tokenizer::Special::kMatch);
}

void CheckMessages(std::span<const ChatMessage> messages) {
  if (messages.empty()) ThrowBadInput("chat: found no message, expected at least one");
  for (size_t i = 0; i < messages.size(); ++i) {
    const std::string& role = messages[i].role;
    if (role != "system" && role != "user" && role != "assistant") {
      ThrowBadInput("chat: message " + std::to_string(i) + ": found the role " + Quoted(role) +
                    ", expected system, user or assistant");
    }
  }
}

}  // namespace

Tokenizer::Encoding RenderChat(const Tokenizer& tokenizer, ChatFormat format,
                               std::span<const ChatMessage> messages) {
  CheckMessages(messages);
  if (format == ChatFormat::kRaw) return RenderRaw(tokenizer, messages);
  PromptBuilder prompt(tokenizer);
  if (format == ChatFormat::kQwen3NonThinking) {
    AddQwen3Messages(prompt, messages);
  } else {
    if (format == ChatFormat::kSmolLm2 && messages.front().role != "system") {
      AddMessage(prompt, "system", kSmolLmSystem);
    }
    for (const ChatMessage& message : messages) AddMessage(prompt, message.role, message.content);
  }
  prompt.Control(kStart);
  prompt.Text("assistant\n");
  if (format == ChatFormat::kQwen3NonThinking) AddThinking(prompt, "");
  return prompt.Take();
}

std::vector<int32_t> StopTokens(const Tokenizer& tokenizer, std::span<const int32_t> stated) {
  std::vector<int32_t> stops;
  const auto add = [&stops](int32_t id) {
    if (id >= 0 && std::find(stops.begin(), stops.end(), id) == stops.end()) stops.push_back(id);
  };
  for (const int32_t id : {tokenizer.Find(kEnd), tokenizer.Find(kEndOfText), tokenizer.eos_id()}) {
    add(id);
  }
  for (const int32_t id : stated) add(id);
  return stops;
}

}  // namespace dsb
