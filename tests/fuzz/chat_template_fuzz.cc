// Any text as a chat template is one that we know, and then renders what it was given, or is
// refused.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engines/model_files/chat_template.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/seed.h"
#include "tests/model_files/small_tokenizer.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::WriteSeed(*argc, *argv, "smollm2",
                 "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by "
                 "Hugging Face<|im_end|>");
  dsb::WriteSeed(*argc, *argv, "qwen3",
                 "{{ '<|im_start|>' }} {{ '<|im_end|>' }} {% if enable_thinking is false %}"
                 "<think>\n\n</think>");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string file = dsb::SmallTokenizer().Writer().File();
  static const dsb::Tokenizer tokenizer(dsb::GgufFile(dsb::AsBytes(file), "fuzz"));
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    std::vector<std::string> warnings;
    const dsb::ChatFormat format = dsb::DetectChatFormat(
        {.text = text, .place = "fuzz: template", .tokens_place = "fuzz: tokens"}, tokenizer,
        warnings);
    const std::vector<dsb::ChatMessage> messages = {{.role = "user", .content = "hello"}};
    const auto encoding = dsb::RenderChat(tokenizer, format, messages);
    std::string rendered;
    for (const int32_t id : encoding.ids) rendered += tokenizer.TokenBytes(id);
    DSB_CHECK(rendered.find("hello") != std::string::npos);
    for (const int32_t id : dsb::StopTokens(tokenizer)) {
      DSB_CHECK(id >= 0 && id < tokenizer.vocab_size());
    }
  } catch (const dsb::Error& error) {
    dsb::CheckRefusal(error);
  }
  return 0;
}
