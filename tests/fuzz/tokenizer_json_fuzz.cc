// Any bytes as a tokenizer.json give a tokenizer that spells what it encodes, or a bad-input error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "engines/model_files/tokenizer.h"
#include "engines/model_files/tokenizer_json.h"
#include "tests/fuzz/seed.h"
#include "tests/model_files/small_tokenizer_json.h"

namespace {

constexpr size_t kRows = 300;

void CheckTokenizer(const dsb::Tokenizer& tokenizer) {
  DSB_CHECK(tokenizer.vocab_size() == static_cast<int64_t>(kRows));
  const std::string text = "hello  world 12\n\n<|im_end|>-\xC3\xA9";
  const auto encoding = tokenizer.Encode(text, dsb::Tokenizer::Special::kIgnore);
  size_t num_bytes = static_cast<size_t>(encoding.dropped_bytes);
  for (const int32_t id : encoding.ids) num_bytes += tokenizer.TokenBytes(id).size();
  DSB_CHECK(num_bytes == text.size());
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::SmallTokenizer small;
  dsb::WriteSeed(*argc, *argv, "smollm", dsb::SmallTokenizerJson(small, true, true).dump());
  small.pre = "qwen2";
  dsb::WriteSeed(*argc, *argv, "qwen2", dsb::SmallTokenizerJson(small).dump());
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    CheckTokenizer(dsb::Tokenizer(dsb::ReadTokenizerJson(text, "fuzz", kRows)));
  } catch (const dsb::Error& error) {
    DSB_CHECK(error.code() == dsb::ExitCode::kBadInput);
  }
  return 0;
}
