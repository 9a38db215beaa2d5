// The tokenizer on a small vocabulary: merging, added tokens, missing bytes, and one inconsistent
// table for each rule of formats.md 1.3 (8).
#include "engines/model_files/tokenizer.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/model_files/expect_error.h"
#include "tests/model_files/small_tokenizer.h"

namespace dsb {
namespace {

using Ids = std::vector<int32_t>;
using Special = Tokenizer::Special;

Tokenizer Make(const SmallTokenizer& small) {
  const std::string bytes = small.Writer().File();
  return Tokenizer(GgufFile(AsBytes(bytes), "t.gguf"));
}

// Texts of the ids, for readable expectations.
std::vector<std::string> Texts(const Tokenizer& tokenizer, std::string_view text,
                               Special special = Special::kIgnore) {
  std::vector<std::string> texts;
  for (const int32_t id : tokenizer.Encode(text, special).ids) {
    texts.emplace_back(tokenizer.TokenBytes(id));
  }
  return texts;
}

using Strings = std::vector<std::string>;

TEST(TokenizerTest, MergesByRankThenFromTheLeft) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_EQ(Texts(tokenizer, "hello"), (Strings{"hello"}));
  EXPECT_EQ(Texts(tokenizer, "helo"), (Strings{"he", "l", "o"}));
  EXPECT_EQ(Texts(tokenizer, "aaaaaaa"), (Strings{"aaaa", "aa", "a"}));
  EXPECT_EQ(Texts(tokenizer, "hell hello"), (Strings{"hell", " ", "hello"}));
  EXPECT_EQ(Texts(tokenizer, "\u00e9"), (Strings{"\u00e9"}));
  EXPECT_EQ(Texts(tokenizer, ""), Strings{});
}

// "lll": the rank of "ll" is equal at both places, the left one wins; repeated pieces come from the
// cache.
TEST(TokenizerTest, RepeatedPiecesGetTheSameIds) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  EXPECT_EQ(Texts(tokenizer, "lll"), (Strings{"ll", "l"}));
  EXPECT_EQ(Texts(tokenizer, " lll lll lll"),
            (Strings{" ", "ll", "l", " ", "ll", "l", " ", "ll", "l"}));
}

TEST(TokenizerTest, MatchesAddedTokensOnlyWhenAsked) {
  const Tokenizer tokenizer = Make(SmallTokenizer());
  const std::string text = "a<|im_end|><think>aa<|im_end|";
  EXPECT_EQ(tokenizer.Encode(text, Special::kMatch).ids[1], 2);
  EXPECT_EQ(tokenizer.Encode(text, Special::kMatch).ids[2], 3);
  for (const int32_t id : tokenizer.Encode(text, Special::kIgnore).ids) {
    EXPECT_GE(id, SmallTokenizer::kNumAdded);
  }
  EXPECT_EQ(tokenizer.Find("<think>"), 3);
  EXPECT_FALSE(tokenizer.IsControl(3));  // user-defined: matched, but visible
  EXPECT_TRUE(tokenizer.IsControl(2));
}

TEST(TokenizerTest, LongestAddedTokenWins) {
  SmallTokenizer small;
  small.tokens.insert(small.tokens.end(), {"<ab>", "<ab>cd", "<ab>c"});
  small.types.insert(small.types.end(), 3, 4);
  const Tokenizer tokenizer = Make(small);
  EXPECT_EQ(Texts(tokenizer, "<<ab>cde<ab>", Special::kMatch),
            (Strings{"<", "<ab>cd", "e", "<ab>"}));
}

TEST(TokenizerTest, DropsBytesWithoutATokenBeforeMerging) {
  const Tokenizer tokenizer = Make(SmallTokenizer("\x04"));
  const Tokenizer::Encoding encoding = tokenizer.Encode("-\x04- -\x04-", Special::kIgnore);
  EXPECT_EQ(encoding.dropped_bytes, 2);
  EXPECT_EQ(Texts(tokenizer, "-\x04- -\x04-"), (Strings{"--", " ", "--"}));
}

TEST(TokenizerTest, QwenNormalizesFirst) {
  SmallTokenizer small;
  small.pre = "qwen2";
  EXPECT_EQ(Texts(Make(small), "e\u0301"), (Strings{"\u00e9"}));
  EXPECT_EQ(Texts(Make(SmallTokenizer()), "e\u0301"), (Strings{"e", "\xCC", "\x81"}));
}

TEST(TokenizerTest, StatesItsIds) {
  SmallTokenizer small;
  EXPECT_EQ(Make(small).bos_id(), 1);
  EXPECT_EQ(Make(small).eos_id(), 2);
  small.special_ids.clear();
  EXPECT_EQ(Make(small).bos_id(), -1);
  EXPECT_EQ(Make(small).eos_id(), -1);
  EXPECT_EQ(Make(small).vocab_size(), 271);
}

struct BadTable {
  std::string name;
  std::function<void(SmallTokenizer&, GgufWriter&)> apply;  // the writer's keys come on top
  std::vector<std::string> message;
};

std::vector<BadTable> BadTables() {
  using S = SmallTokenizer;
  using W = GgufWriter;
  return {
      {"Model", [](S& s, W&) { s.model = "llama"; }, {"ggml.model\"", "\"llama\"", "\"gpt2\""}},
      {"Pre", [](S& s, W&) { s.pre = "gpt-2"; }, {"ggml.pre\"", "\"gpt-2\"", "\"smollm\""}},
      {"NoTokens",
       [](S& s, W&) { s.tokens.clear(), s.types.clear(), s.merges.clear(); },
       {"ggml.tokens\"", "0 tokens", "1 to 1048576"}},
      {"FewTypes",
       [](S& s, W&) { s.types.pop_back(); },
       {"token_type\"", "270 types", "271 tokens"}},
      {"TypeSeven", [](S& s, W&) { s.types[9] = 7; }, {"token_type[9]\"", "type 7", "1 to 6"}},
      {"TypeZero", [](S& s, W&) { s.types[9] = 0; }, {"token_type[9]\"", "type 0", "1 to 6"}},
      {"VocabSize",
       [](S&, W& w) {
         w.String("general.architecture", "llama");
         w.U32("llama.vocab_size", 300);
       },
       {"ggml.tokens\"", "271 tokens", "300", "llama.vocab_size"}},
      {"EmbeddingRows",
       [](S&, W& w) {
         w.tensors.push_back({"token_embd.weight", {4, 9}, 0, std::string(144, '\0'), {}});
       },
       {"ggml.tokens\"", "271 tokens", "9, the rows", "token_embd.weight"}},
      {"EosOutside",
       [](S& s, W&) { s.special_ids[1].second = 271; },
       {"eos_token_id", "271", "0 to 270"}},
      {"BosHuge",
       [](S& s, W&) { s.special_ids[0].second = ~0u; },
       {"bos_token_id", "4294967295", "0 to 270"}},
      {"PaddingOutside",
       [](S& s, W&) {
         s.special_ids.push_back({"padding", 999});
       },
       {"padding_token_id", "999", "0 to 270"}},
      {"TokenTwice",
       [](S& s, W&) { s.tokens[6] = s.tokens[7]; },
       {"ggml.tokens[7]\"", "also token 6", "unique"}},
      {"TokenUnmapped",
       [](S& s, W&) { s.tokens[6] = "a b"; },
       {"ggml.tokens[6]\"", "\"a b\"", "byte alphabet"}},
      {"TokenIllFormed",
       [](S& s, W&) { s.tokens[6] = "a\xFF"; },
       {"ggml.tokens[6]\"", "byte alphabet"}},
      {"ControlIllFormed", [](S& s, W&) { s.tokens[1] = "<\xFF>"; }, {"ggml.tokens[1]\"", "UTF-8"}},
      {"MergeNoSpace",
       [](S& s, W&) { s.merges[1] = "ll"; },
       {"merges[1]\"", "\"ll\"", "two parts"}},
      {"MergeLeftEmpty", [](S& s, W&) { s.merges[1] = " l"; }, {"merges[1]\"", "two parts"}},
      {"MergeRightEmpty", [](S& s, W&) { s.merges[1] = "l "; }, {"merges[1]\"", "two parts"}},
      {"MergeEmpty", [](S& s, W&) { s.merges[1] = ""; }, {"merges[1]\"", "two parts"}},
      {"MergePartUnknown",
       [](S& s, W&) { s.merges[1] = "l zz"; },
       {"merges[1]\"", "\"zz\"", "both parts"}},
      {"MergeSumUnknown",
       [](S& s, W&) { s.merges[1] = "l h"; },
       {"merges[1]\"", "\"lh\"", "concatenation"}},
      {"MergeToControl",
       [](S& s, W&) { s.types.back() = 3; },
       {"merges[9]\"", "\"--\"", "no normal token"}},
  };
}

TEST(TokenizerTest, RefusesInconsistentTablesByName) {
  for (const BadTable& bad : BadTables()) {
    SCOPED_TRACE(bad.name);
    SmallTokenizer small;
    GgufWriter extra;
    bad.apply(small, extra);
    GgufWriter writer = small.Writer();
    writer.pairs.insert(writer.pairs.end(), extra.pairs.begin(), extra.pairs.end());
    writer.tensors = extra.tensors;
    const std::string bytes = writer.File();
    const GgufFile file(AsBytes(bytes), "bad.gguf");
    std::vector<std::string> parts = {"bad.gguf: key \"tokenizer."};
    parts.insert(parts.end(), bad.message.begin(), bad.message.end());
    ExpectBadInput(parts, [&] { Tokenizer{file}; });
  }
}

TEST(TokenizerTest, RefusesMissingKeysByName) {
  for (const char* key : {"tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens",
                          "tokenizer.ggml.token_type", "tokenizer.ggml.merges"}) {
    GgufWriter writer = SmallTokenizer().Writer();
    std::erase_if(writer.pairs,
                  [&](const std::string& pair) { return pair.find(RawString(key)) == 0; });
    const std::string bytes = writer.File();
    const GgufFile file(AsBytes(bytes), "bad.gguf");
    ExpectBadInput({"bad.gguf", key, "missing"}, [&] { Tokenizer{file}; });
  }
}

}  // namespace
}  // namespace dsb
