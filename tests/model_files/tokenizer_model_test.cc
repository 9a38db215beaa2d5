// The tokenizer against the target's vocabulary: every vector of formats.md 4.2 and the streaming
// example of 4.6.
#include "engines/model_files/tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "tests/model_files/target_tokenizer.h"

namespace dsb {
namespace {

using Ids = std::vector<int32_t>;
using Special = Tokenizer::Special;

struct Vector {
  const char* name;
  std::string text;
  Ids ids;
  Special special = Special::kMatch;
};

const std::vector<Vector>& Vectors() {
  static const std::vector<Vector> vectors = {
      {"1", "Hello world", {19556, 905}},
      {"2", " Hello  world ", {38699, 216, 905, 216}},
      {"3",
       "I'LL say we'll; CAN'T don't o'clock",
       {57, 23, 16421, 1643, 392, 3060, 43, 27190, 23, 68, 1326, 982, 263, 23, 17466}},
      {"4",
       "x1  12 345.67e-8\t9",
       {104, 33, 256, 33, 34, 216, 35, 36, 37, 30, 38, 39, 85, 29, 40, 197, 41}},
      {"5",
       "\u00bd \u2167 \u0663\u096a 2\u00b2",
       {16738, 216, 173, 223, 117, 216, 164, 113, 9310, 120, 216, 34, 19133}},
      {"6", "a  b\n\n  c\t \r\nd \n", {81, 216, 278, 8866, 265, 197, 26410, 198, 84, 3717}},
      {"7",
       "na\u00efve cafe\u0301 \u2013 \u201cq\u201d \u2026",
       {3546, 46494, 1020, 4565, 151, 219, 816, 619, 97, 573, 5548}},
      {"8",
       "\U0001F680\U0001F469\u200d\U0001F52C \U0001F3F3\ufe0f\u200d\U0001F308",
       {10813, 244,   218, 10813, 235,   119, 321, 231,   10813, 238,
        122,   15107, 233, 128,   31752, 321, 231, 10813, 230,   226}},
      {"9", "<|im_start|>user\nHi<|im_end|>\n<|im_end|> x", {1, 4093, 198, 26843, 2, 198, 2, 1792}},
      {"9b",
       "<|im_start|>user\nHi<|im_end|>\n<|im_end|> x",
       {44, 108, 306, 79, 3738, 108, 46,  4093, 198, 26843, 44,  108, 306,
        79, 486, 108, 46, 198,  44,  108, 306,  79,  486,   108, 46,  1792},
       Special::kIgnore},
      {"10",
       "a\u00a0"
       "b\u2003"
       "c\xC2\x85"
       "d\u180e"
       "e\u200b"
       "f",
       {81, 15442, 82, 321, 221, 83, 141, 223, 84, 172, 250, 232, 85, 321, 229, 86}},
      {"11",
       "def f(x):\n    return x**2  # ok\n",
       {1604, 275, 24, 104, 727, 472, 1003, 1792, 828, 34, 216, 907, 10907, 198}},
      {"13a", "'s's 1's 'S ''ll", {506, 506, 216, 33, 506, 637, 67, 10922, 764}},
      {"13b", "", {}},
      {"13c", "\n\n\n", {16506}},
      {"13d", "\U0001D400\U0001D7D9", {45100, 218, 23159, 249, 243}},
  };
  return vectors;
}

class TokenizerModelTest : public TargetTokenizerTest {
 protected:
  std::string Decode(const Ids& ids) const {
    std::string bytes;
    for (const int32_t id : ids) bytes += tokenizer_->TokenBytes(id);
    return bytes;
  }
};

TEST_F(TokenizerModelTest, ReproducesTheVectors) {
  for (const Vector& vector : Vectors()) {
    const Tokenizer::Encoding encoding = tokenizer_->Encode(vector.text, vector.special);
    EXPECT_EQ(encoding.ids, vector.ids) << "vector " << vector.name;
    EXPECT_EQ(encoding.dropped_bytes, 0) << "vector " << vector.name;
    EXPECT_EQ(Decode(encoding.ids), vector.text) << "vector " << vector.name;
  }
}

// Vector 12: 04 has no token, nor has the first byte of U+40000.
TEST_F(TokenizerModelTest, DropsAndCountsBytesWithoutAToken) {
  const std::string text = std::string("a\x04") + "b\U00040000" + "c";
  const Tokenizer::Encoding encoding = tokenizer_->Encode(text, Special::kMatch);
  EXPECT_EQ(encoding.ids, (Ids{81, 82, 218, 218, 218, 83}));
  EXPECT_EQ(encoding.dropped_bytes, 2);
  StreamingDecoder decoder(*tokenizer_);
  std::string shown;
  for (const int32_t id : encoding.ids) shown += decoder.Push(id);
  EXPECT_EQ(shown + decoder.Finish(),
            "ab\uFFFD\uFFFD\uFFFD"
            "c");
  // Dropped before merging: the dashes meet.
  EXPECT_EQ(tokenizer_->Encode("-\x04-", Special::kMatch).ids, Ids{423});
}

TEST_F(TokenizerModelTest, HasTheDocumentedVocabulary) {
  EXPECT_EQ(tokenizer_->vocab_size(), 49152);
  EXPECT_EQ(tokenizer_->bos_id(), 1);
  EXPECT_EQ(tokenizer_->eos_id(), 2);
  EXPECT_EQ(tokenizer_->Find("<|im_end|>"), 2);
  EXPECT_EQ(tokenizer_->Find("<empty_output>"), 16);
  EXPECT_EQ(tokenizer_->Find("Hello"), -1);
  EXPECT_EQ(tokenizer_->TokenBytes(2), "<|im_end|>");
  EXPECT_EQ(tokenizer_->TokenBytes(905), " world");
  int num_control = 0;
  size_t longest = 0;
  int num_single = 0;
  for (int32_t id = 0; id < tokenizer_->vocab_size(); ++id) {
    const std::string_view bytes = tokenizer_->TokenBytes(id);
    num_control += tokenizer_->IsControl(id) ? 1 : 0;
    num_single += bytes.size() == 1 ? 1 : 0;
    longest = std::max(longest, bytes.size());
  }
  EXPECT_EQ(num_control, 17);
  EXPECT_EQ(num_single, 235);
  EXPECT_EQ(longest, 81u);
}

TEST_F(TokenizerModelTest, StreamsWholeCharactersOnly) {
  StreamingDecoder decoder(*tokenizer_);
  EXPECT_EQ(decoder.Push(10813), "");  // F0 9F
  EXPECT_EQ(decoder.Push(244), "");    // 9A
  EXPECT_EQ(decoder.Push(218), "\U0001F680");
  EXPECT_EQ(decoder.Push(2756), "\u00e9");
  EXPECT_EQ(decoder.Push(23274), "");  // E6 97
  EXPECT_EQ(decoder.Push(115), "\u65e5");
  EXPECT_EQ(decoder.Finish(), "");
  EXPECT_EQ(decoder.Push(10813), "");
  EXPECT_EQ(decoder.Push(19556), "\uFFFDHello");  // one for the maximal ill-formed prefix
  EXPECT_EQ(decoder.Push(23274), "");
  EXPECT_EQ(decoder.Finish(), "\uFFFD");
  EXPECT_EQ(decoder.Finish(), "");
}

TEST_F(TokenizerModelTest, RefusesIllFormedText) {
  for (const char* text :
       {"ab\xFF", "ab\xC0\x80", "ab\xED\xA0\x80", "ab\xF4\x90\x80\x80", "ab\xE2\x82"}) {
    try {
      tokenizer_->Encode(text, Special::kIgnore);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      EXPECT_NE(std::string(error.what()).find("offset 2"), std::string::npos) << error.what();
    }
  }
}

// A piece of megabytes and a run of megabytes: quadratic merging or a small regex stack would not
// end here.
TEST_F(TokenizerModelTest, SurvivesHugePieces) {
  for (const std::string& unit : {std::string("a"), std::string(" "), std::string("\u00e9"),
                                  std::string("!"), std::string("ab"), std::string("\u2003")}) {
    std::string text;
    while (text.size() < (size_t{1} << 20)) text += unit;
    const Tokenizer::Encoding encoding = tokenizer_->Encode(text, Special::kIgnore);
    EXPECT_EQ(Decode(encoding.ids), text) << "unit " << unit;
  }
}

TEST_F(TokenizerModelTest, ThreadsShareOneTokenizer) {
  std::vector<std::thread> threads;
  std::vector<int> mistakes(4);
  for (size_t t = 0; t < mistakes.size(); ++t) {
    threads.emplace_back([&, t] {
      for (const Vector& vector : Vectors()) {
        mistakes[t] += tokenizer_->Encode(vector.text, vector.special).ids == vector.ids ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(mistakes, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace dsb
