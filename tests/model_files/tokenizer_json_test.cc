// A tokenizer.json against the same tokenizer from a GGUF, and one damaged file for each rule.
#include "engines/model_files/tokenizer_json.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "engines/model_files/tokenizer.h"
#include "tests/model_files/expect_error.h"
#include "tests/model_files/small_tokenizer_json.h"

namespace dsb {
namespace {

using nlohmann::json;
using Special = Tokenizer::Special;
constexpr size_t kRows = 280;  // 271 tokens and padding

Tokenizer FromJson(const json& file, size_t num_rows = kRows) {
  return Tokenizer(ReadTokenizerJson(file.dump(), "tokenizer.json", num_rows));
}

// "d\u00e9ja" both composed and not, digits beside spaces, a contraction in capitals: what the
// pre-tokenizers and the normalizer treat differently.
constexpr const char* kTexts[] = {
    "",
    "hello hell helo  world",
    "<|im_start|>user\n\nhello<|im_end|><think>aaaaaaa</think><|im_end|",
    "a  1 22 x--y \t\n\n \n",
    "I'LL don't 's1's",
    "de\u0301ja\u00e9 e\u0301\u0301",
    "\u00a0a\u180e\u2003b\u0085",
    "-\x04- \xF0\x9F\x9A\x80",
};

void ExpectTheSame(const Tokenizer& expected, const Tokenizer& found) {
  for (const char* text : kTexts) {
    for (const Special special : {Special::kMatch, Special::kIgnore}) {
      const Tokenizer::Encoding a = expected.Encode(text, special);
      const Tokenizer::Encoding b = found.Encode(text, special);
      EXPECT_EQ(a.ids, b.ids) << text;
      EXPECT_EQ(a.dropped_bytes, b.dropped_bytes) << text;
    }
  }
  for (int32_t id = 0; id < expected.vocab_size(); ++id) {
    EXPECT_EQ(expected.TokenBytes(id), found.TokenBytes(id)) << id;
    EXPECT_EQ(expected.IsControl(id), found.IsControl(id)) << id;
  }
}

TEST(TokenizerJsonTest, EncodesAndDecodesLikeTheGguf) {
  for (const char* pre : {"smollm", "qwen2"}) {
    for (const char* missing : {"", "\x04"}) {
      SmallTokenizer small(missing);
      small.pre = pre;
      const std::string bytes = small.Writer().File();
      const Tokenizer expected{GgufFile(AsBytes(bytes), "t.gguf")};
      for (const bool pairs : {false, true}) {
        for (const bool added_in_vocab : {false, true}) {
          SCOPED_TRACE(std::string(pre) + (pairs ? " pairs" : " lines"));
          ExpectTheSame(expected, FromJson(SmallTokenizerJson(small, pairs, added_in_vocab)));
        }
      }
    }
  }
}

TEST(TokenizerJsonTest, PadsToTheEmbedding) {
  const Tokenizer tokenizer = FromJson(SmallTokenizerJson(SmallTokenizer()));
  EXPECT_EQ(tokenizer.vocab_size(), static_cast<int64_t>(kRows));
  EXPECT_EQ(tokenizer.TokenBytes(kRows - 1), "");
  EXPECT_FALSE(tokenizer.IsControl(kRows - 1));
  EXPECT_EQ(FromJson(SmallTokenizerJson(SmallTokenizer()), 271).vocab_size(), 271);
  EXPECT_EQ(tokenizer.eos_id(), -1);
}

struct Damage {
  std::string name;
  std::function<void(json&)> apply;
  std::vector<std::string> message;
};

std::vector<Damage> VocabularyDamages() {
  const auto vocab = [](json& f) -> json& { return f["model"]["vocab"]; };
  const auto merge = [](json& f, const json& value) { f["model"]["merges"][1] = value; };
  return {
      {"NoModel", [](json& f) { f.erase("model"); }, {"key model is missing"}},
      {"ModelList", [](json& f) { f["model"] = json::array(); }, {"key model is []"}},
      {"NoVocab", [](json& f) { f["model"].erase("vocab"); }, {"model.vocab: found no object"}},
      {"EmptyVocab", [=](json& f) { vocab(f) = json::object(); }, {"model.vocab: found no token"}},
      {"IdText", [=](json& f) { vocab(f)["a"] = "5"; }, {"model.vocab.\"a\"", "an id"}},
      {"IdFraction", [=](json& f) { vocab(f)["a"] = 5.5; }, {"model.vocab.\"a\"", "5.5", "an id"}},
      {"IdTwice",
       [=](json& f) { vocab(f)["a"] = 6; },
       {"model.vocab.", "the id 6 of \"a\"", "of its own"}},
      {"IdNegative", [=](json& f) { vocab(f)["a"] = -1; }, {"model.vocab.\"a\"", "-1", "0 to 279"}},
      {"IdBeyondRows", [=](json& f) { vocab(f)["a"] = 280; }, {"the id 280", "0 to 279", "rows"}},
      {"IdHuge", [=](json& f) { vocab(f)["a"] = ~uint64_t{0}; }, {"18446744073709551615"}},
      {"Gap", [=](json& f) { vocab(f)["zz"] = 275; }, {"no token with id 271", "without a gap"}},
      {"Unmapped", [=](json& f) { vocab(f)["a b"] = 271; }, {"model.vocab[271]", "byte alphabet"}},
      {"NoMerges", [](json& f) { f["model"].erase("merges"); }, {"model.merges: found no list"}},
      {"MergeNumber", [=](json& f) { merge(f, 3); }, {"model.merges[1]", "\"3\"", "left right"}},
      {"MergeThree",
       [=](json& f) {
         merge(f, {"l", "l", "l"});
       },
       {"model.merges[1]", "left"}},
      {"MergeOne", [=](json& f) { merge(f, "ll"); }, {"model.merges[1]", "two parts"}},
      {"MergePart",
       [=](json& f) { merge(f, "l zz"); },
       {"model.merges[1]", "\"zz\"", "both parts"}},
      {"MergePairSpace",
       [=](json& f) {
         merge(f, {"l l", "l"});
       },
       {"model.merges[1]", "left"}},
      {"MergeSum",
       [=](json& f) {
         merge(f, {"l", "h"});
       },
       {"model.merges[1]", "\"lh\"", "concat"}},
      {"ModelType", [](json& f) { f["model"]["type"] = "Unigram"; }, {"model: key type", "BPE"}},
      {"Fallback", [](json& f) { f["model"]["byte_fallback"] = true; }, {"byte_fallback is true"}},
      {"Ignore", [](json& f) { f["model"]["ignore_merges"] = true; }, {"ignore_merges is true"}},
      {"Dropout", [](json& f) { f["model"]["dropout"] = 0.1; }, {"dropout is 0.1", "none"}},
      {"Suffix", [](json& f) { f["model"]["end_of_word_suffix"] = "@"; }, {"end_of_word_suffix"}},
  };
}

std::vector<Damage> StageDamages() {
  const auto added = [](json& f) -> json& { return f["added_tokens"][1]; };
  const auto stage = [](json& f, size_t i) -> json& {
    return f["pre_tokenizer"]["pretokenizers"][i];
  };
  return {
      {"AddedNotList", [](json& f) { f["added_tokens"] = 1; }, {"added_tokens is 1"}},
      {"AddedNotObject", [=](json& f) { added(f) = 1; }, {"added_tokens[1] is 1", "an object"}},
      {"AddedNoId", [=](json& f) { added(f).erase("id"); }, {"added_tokens[1]: id", "the id -1"}},
      {"AddedEmpty", [=](json& f) { added(f)["content"] = ""; }, {"added_tokens[1]", "content"}},
      {"AddedTwice", [=](json& f) { added(f)["id"] = 0; }, {"added_tokens[1]", "that of"}},
      {"AddedElsewhere", [=](json& f) { added(f)["content"] = "a"; }, {"added_tokens[1]", "vocab"}},
      {"AddedStrips", [=](json& f) { added(f)["lstrip"] = true; }, {"added_tokens[1]", "lstrip"}},
      {"NoPre", [](json& f) { f["pre_tokenizer"] = nullptr; }, {"pre_tokenizer is missing"}},
      {"OtherPre", [](json& f) { f["pre_tokenizer"]["type"] = "Metaspace"; }, {"\"Metaspace\""}},
      {"OneStage",
       [](json& f) { f["pre_tokenizer"]["pretokenizers"].erase(0); },
       {"pretokenizers is 1 stages"}},
      {"OtherSplit", [=](json& f) { stage(f, 0)["type"] = "Punctuation"; }, {"\"Punctuation\""}},
      {"OtherRegex",
       [=](json& f) { stage(f, 0)["pattern"]["Regex"] = "\\p{N}{1,3}"; },
       {"pretokenizers[0]", "pattern.Regex", "{1,3}", "Qwen2's"}},
      {"Removed", [=](json& f) { stage(f, 0)["behavior"] = "Removed"; }, {"behavior", "Isolated"}},
      {"Invert", [=](json& f) { stage(f, 0)["invert"] = true; }, {"invert is true"}},
      {"Prefix", [=](json& f) { stage(f, 1)["add_prefix_space"] = true; }, {"add_prefix_space"}},
      {"TwoRegexes", [=](json& f) { stage(f, 1)["use_regex"] = true; }, {"use_regex is true"}},
      {"Normalizer", [](json& f) { f["normalizer"]["type"] = "NFKC"; }, {"normalizer", "\"NFKC\""}},
      {"Post",
       [](json& f) { f["post_processor"]["type"] = "TemplateProcessing"; },
       {"post_processor", "\"TemplateProcessing\""}},
      {"Decoder",
       [](json& f) { f["decoder"]["type"] = "WordPiece"; },
       {"decoder", "\"WordPiece\""}},
  };
}

TEST(TokenizerJsonTest, RefusesDamageByName) {
  SmallTokenizer small;
  small.pre = "qwen2";
  const json good = SmallTokenizerJson(small);
  std::vector<Damage> damages = VocabularyDamages();
  for (Damage& damage : StageDamages()) damages.push_back(std::move(damage));
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.name);
    json bad = good;
    damage.apply(bad);
    std::vector<std::string> parts = {"tokenizer.json: "};
    parts.insert(parts.end(), damage.message.begin(), damage.message.end());
    ExpectBadInput(parts, [&] { FromJson(bad); });
  }
}

TEST(TokenizerJsonTest, RefusesTextThatIsNoStrictJson) {
  for (const char* text : {"", "[1]", "{\"model\":{}", "{\"model\":1,\"model\":1}"}) {
    ExpectBadInput({"tokenizer.json: "}, [&] { ReadTokenizerJson(text, "tokenizer.json", kRows); });
  }
}

TEST(TokenizerJsonTest, RefusesAnUnknownTokenOnlyWhereItWouldBeUsed) {
  json file = SmallTokenizerJson(SmallTokenizer());
  file["model"]["unk_token"] = "<|endoftext|>";
  EXPECT_EQ(FromJson(file).vocab_size(), static_cast<int64_t>(kRows));
  file = SmallTokenizerJson(SmallTokenizer("\x04"));
  file["model"]["unk_token"] = "<|endoftext|>";
  ExpectBadInput({"tokenizer.json: model: key unk_token", "endoftext"}, [&] { FromJson(file); });
}

}  // namespace
}  // namespace dsb
