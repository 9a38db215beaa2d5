// The target's whole vocabulary written as a tokenizer.json: the same ids and bytes as from its
// GGUF.
#include <string>
#include <vector>

#include "engines/model_files/tokenizer_json.h"
#include "tests/model_files/small_tokenizer_json.h"
#include "tests/model_files/target_tokenizer.h"

namespace dsb {
namespace {

TEST_F(TargetTokenizerTest, JsonOfTheWholeVocabularyEncodesTheSame) {
  SmallTokenizer whole;
  whole.tokens = file_->Strings("tokenizer.ggml.tokens");
  whole.merges = file_->Strings("tokenizer.ggml.merges");
  whole.types.clear();
  for (const int64_t type : file_->Ints("tokenizer.ggml.token_type")) {
    whole.types.push_back(static_cast<int32_t>(type));
  }
  const std::string text = SmallTokenizerJson(whole, true, true).dump();
  const Tokenizer found(ReadTokenizerJson(text, "tokenizer.json", whole.tokens.size()));
  ASSERT_EQ(found.vocab_size(), tokenizer_->vocab_size());
  for (int32_t id = 0; id < found.vocab_size(); ++id) {
    ASSERT_EQ(found.TokenBytes(id), tokenizer_->TokenBytes(id)) << id;
    ASSERT_EQ(found.IsControl(id), tokenizer_->IsControl(id)) << id;
  }
  // formats.md 4.2, rows 3, 4, 6, 9 and 11.
  for (const char* sample :
       {"I'LL say we'll; CAN'T don't o'clock", "x1  12 345.67e-8\t9", "a  b\n\n  c\t \r\nd \n",
        "<|im_start|>user\nHi<|im_end|>\n<|im_end|> x", "def f(x):\n    return x**2  # ok\n"}) {
    for (const Tokenizer::Special special :
         {Tokenizer::Special::kMatch, Tokenizer::Special::kIgnore}) {
      EXPECT_EQ(found.Encode(sample, special).ids, tokenizer_->Encode(sample, special).ids);
    }
  }
  EXPECT_EQ(found.Encode("Hello world", Tokenizer::Special::kIgnore).ids,
            (std::vector<int32_t>{19556, 905}));
}

}  // namespace
}  // namespace dsb
