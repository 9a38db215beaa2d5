// Qwen3's prompts and the recognition of templates, on a small vocabulary.
#include "engines/model_files/chat_template.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/model_files/expect_error.h"
#include "tests/model_files/small_tokenizer.h"

namespace dsb {
namespace {

std::string FileWithTemplate(const std::string& text, SmallTokenizer small = SmallTokenizer()) {
  GgufWriter writer = small.Writer();
  writer.String("tokenizer.chat_template", text);
  return writer.File();
}

ChatFormat Detect(const std::string& bytes, std::vector<std::string>* warnings = nullptr) {
  const GgufFile file(AsBytes(bytes), "t.gguf");
  std::vector<std::string> said;
  const ChatFormat form = ReadChatFormat(file, Tokenizer(file), std::nullopt, said);
  if (warnings != nullptr) *warnings = said;
  return form;
}

constexpr char kQwenLike[] =
    "{{ '<|im_start|>' }} {{ '<|im_end|>' }} {% if enable_thinking is false %}<think>\n\n</think>";

TEST(ChatTemplateTest, RecognisesByContent) {
  EXPECT_EQ(Detect(FileWithTemplate(kQwenLike)), ChatFormat::kQwen3NonThinking);
  EXPECT_EQ(
      Detect(FileWithTemplate("<|im_start|>system\nYou are a helpful AI assistant named SmolLM, "
                              "trained by Hugging Face<|im_end|>")),
      ChatFormat::kSmolLm2);
}

// A template that is not known by its hash may render otherwise than its words suggest.
TEST(ChatTemplateTest, SaysThatItWentByTheWords) {
  std::vector<std::string> warnings;
  Detect(FileWithTemplate(kQwenLike), &warnings);
  ASSERT_EQ(warnings.size(), 1u);
  for (const char* part : {"SHA-256", "qwen3-nonthinking", "--prompt-form"}) {
    EXPECT_NE(warnings[0].find(part), std::string::npos) << warnings[0];
  }
}

TEST(ChatTemplateTest, PlainTurnsAreChatMl) {
  EXPECT_EQ(Detect(FileWithTemplate("{% for m in messages %}<|im_start|>{{ m }}<|im_end|>\n"
                                    "{% endfor %}<|im_start|>assistant\n")),
            ChatFormat::kChatMl);
  for (const std::string more : {"You are a bot.", "<think>", "{% if enable_thinking %}"}) {
    const std::string bytes =
        FileWithTemplate("<|im_start|>{{ m }}<|im_end|>\n" + more + "<|im_start|>assistant\n");
    ExpectBadInput({"unknown template", "--prompt-form"}, [&] { Detect(bytes); });
  }
}

TEST(ChatTemplateTest, RefusesUnknownTemplates) {
  for (const std::string text :
       {"", "[INST] {{ message }} [/INST]", "<|im_start|>{{ role }}<|im_end|>",
        "<|im_start|>You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>"
        "enable_thinking <think>"}) {
    const std::string bytes = FileWithTemplate(text);
    ExpectBadInput({"t.gguf", "tokenizer.chat_template", "SHA-256", "SmolLM2's or Qwen3's"},
                   [&] { Detect(bytes); });
  }
  const std::string without = SmallTokenizer().Writer().File();
  ExpectBadInput({"t.gguf", "tokenizer.chat_template", "missing"}, [&] { Detect(without); });
}

TEST(ChatTemplateTest, RequiresTheTemplatesTokens) {
  SmallTokenizer small;
  small.tokens[4] = "<other>";
  const std::string bytes = FileWithTemplate(kQwenLike, small);
  ExpectBadInput({"t.gguf", "tokenizer.ggml.tokens", "\"</think>\""}, [&] { Detect(bytes); });
}

class Qwen3ChatTest : public testing::Test {
 protected:
  std::string Render(const std::vector<ChatMessage>& messages) const {
    std::string text;
    for (const int32_t id : RenderChat(tokenizer_, ChatFormat::kQwen3NonThinking, messages).ids) {
      text += tokenizer_.TokenBytes(id);
    }
    return text;
  }
  static GgufWriter Writer() {
    SmallTokenizer small;
    small.pre = "qwen2";
    return small.Writer();
  }
  std::string bytes_ = Writer().File();
  GgufFile file_{AsBytes(bytes_), "q.gguf"};
  Tokenizer tokenizer_{file_};
};

TEST_F(Qwen3ChatTest, EndsWithAnEmptyThinkBlock) {
  EXPECT_EQ(Render({{"user", "hi"}}),
            "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n");
  const auto ids = RenderChat(tokenizer_, ChatFormat::kQwen3NonThinking,
                              std::vector<ChatMessage>{{"user", "hi"}})
                       .ids;
  // ... 151667 271 151668 271 in the real vocabulary: markup as ids, a blank line between.
  const int32_t blank = tokenizer_.Encode("\n\n", Tokenizer::Special::kIgnore).ids.at(0);
  EXPECT_EQ(std::vector<int32_t>(ids.end() - 4, ids.end()),
            (std::vector<int32_t>{3, blank, 4, blank}));
}

TEST_F(Qwen3ChatTest, OtherFormsOfTheSameConversation) {
  const std::vector<ChatMessage> messages = {
      {"user", "hi"}, {"assistant", "<think>x"}, {"user", "a"}};
  const auto render = [&](ChatFormat form) {
    std::string text;
    for (const int32_t id : RenderChat(tokenizer_, form, messages).ids) {
      text += tokenizer_.TokenBytes(id);
    }
    return text;
  };
  EXPECT_EQ(render(ChatFormat::kChatMl),
            "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n<think>x<|im_end|>\n"
            "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(render(ChatFormat::kRaw), "hi\n<think>x\na");
  // Raw text may have been rendered already: its markup is markup.
  const std::vector<ChatMessage> rendered = {{"user", "<|im_start|>"}};
  EXPECT_EQ(RenderChat(tokenizer_, ChatFormat::kRaw, rendered).ids, (std::vector<int32_t>{1}));
}

TEST_F(Qwen3ChatTest, EarlierTurnsLoseTheirThoughts) {
  EXPECT_EQ(Render({{"system", "s"},
                    {"user", "a"},
                    {"assistant", "<think>\nlong\n</think>\n\nb"},
                    {"user", "c"}}),
            "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\na<|im_end|>\n"
            "<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\nc<|im_end|>\n"
            "<|im_start|>assistant\n<think>\n\n</think>\n\n");
}

TEST_F(Qwen3ChatTest, TheLastAnswerKeepsAThinkBlock) {
  EXPECT_EQ(
      Render({{"user", "a"}, {"assistant", "b"}}),
      "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nb<|im_end|>\n"
      "<|im_start|>assistant\n<think>\n\n</think>\n\n");
}

TEST_F(Qwen3ChatTest, StopsAtBothEnds) {
  EXPECT_EQ(StopTokens(tokenizer_), (std::vector<int32_t>{2, 0}));
}

}  // namespace
}  // namespace dsb
