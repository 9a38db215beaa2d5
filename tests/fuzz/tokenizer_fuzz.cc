// Any text is either encoded so that its tokens spell it again, or refused as ill-formed UTF-8.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/utf8.h"
#include "engines/model_files/nfc.h"
#include "engines/model_files/pre_tokenizer.h"
#include "engines/model_files/tokenizer.h"
#include "tests/fuzz/seed.h"
#include "tests/model_files/small_tokenizer.h"

namespace {

using Special = dsb::Tokenizer::Special;

dsb::Tokenizer Make(const std::string& pre, const std::string& missing_bytes) {
  dsb::SmallTokenizer small(missing_bytes);
  small.pre = pre;
  const std::string bytes = small.Writer().File();
  return dsb::Tokenizer(dsb::GgufFile(dsb::AsBytes(bytes), "fuzz"));
}

std::string Decode(const dsb::Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  std::string text;
  for (const int32_t id : ids) text += tokenizer.TokenBytes(id);
  return text;
}

std::string Stream(const dsb::Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  dsb::StreamingDecoder decoder(tokenizer);
  std::string text;
  for (const int32_t id : ids) text += decoder.Push(id);
  return text + decoder.Finish();
}

void CheckPieces(const dsb::PreTokenizer& pre_tokenizer, const std::string& text) {
  std::string joined;
  for (const std::string_view piece : pre_tokenizer.Split(text)) {
    DSB_CHECK(!piece.empty());
    joined += piece;
  }
  DSB_CHECK(joined == text);
}

void CheckText(const std::string& text) {
  static const dsb::Tokenizer smollm = Make("smollm", "");
  static const dsb::Tokenizer qwen = Make("qwen2", "");
  static const dsb::Tokenizer lossy = Make("smollm", "\x04\x06\xF1");
  static const dsb::PreTokenizer smollm_pieces(dsb::PreTokenizerKind::kSmolLm);
  static const dsb::PreTokenizer qwen_pieces(dsb::PreTokenizerKind::kQwen2);
  CheckPieces(smollm_pieces, text);
  CheckPieces(qwen_pieces, text);
  for (const Special special : {Special::kMatch, Special::kIgnore}) {
    const dsb::Tokenizer::Encoding encoding = smollm.Encode(text, special);
    DSB_CHECK(encoding.dropped_bytes == 0);
    DSB_CHECK(Decode(smollm, encoding.ids) == text);
    DSB_CHECK(Stream(smollm, encoding.ids) == text);
    const std::string kept = Decode(lossy, lossy.Encode(text, special).ids);
    DSB_CHECK(kept.size() + static_cast<size_t>(lossy.Encode(text, special).dropped_bytes) ==
              text.size());
  }
  for (const int32_t id : smollm.Encode(text, Special::kIgnore).ids) {
    DSB_CHECK(id >= dsb::SmallTokenizer::kNumAdded);
  }
  const std::string normal = dsb::NormalizeNfc(text);
  DSB_CHECK(dsb::NormalizeNfc(normal) == normal);
  DSB_CHECK(Decode(qwen, qwen.Encode(text, Special::kIgnore).ids) == normal);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::WriteSeed(*argc, *argv, "plain",
                 "hello  world 12\n\n I'll\t'S \u00e9e\u0301\u2003 <|im_end|> <think>");
  dsb::WriteSeed(*argc, *argv, "marks",
                 "q\u0307\u0323\u1100\u1161\u11a8\U0001F469\u200d\U0001F52C\u180e\x04");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (dsb::FindInvalidUtf8(text) == std::string::npos) {
    CheckText(text);
    return 0;
  }
  static const dsb::Tokenizer tokenizer = Make("smollm", "");
  try {
    tokenizer.Encode(text, Special::kIgnore);
    DSB_CHECK(false);
  } catch (const dsb::Error& error) {
    DSB_CHECK(error.code() == dsb::ExitCode::kBadInput);
  }
  return 0;
}
