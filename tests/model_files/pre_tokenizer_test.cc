// Pieces of both pre-tokenizers, and NFC (Unicode Standard Annex 15).
#include "engines/model_files/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engines/model_files/nfc.h"

namespace dsb {
namespace {

using Strings = std::vector<std::string>;

Strings Split(PreTokenizerKind kind, std::string_view text) {
  Strings pieces;
  for (const std::string_view piece : PreTokenizer(kind).Split(text)) pieces.emplace_back(piece);
  return pieces;
}

TEST(PreTokenizerTest, SmolLmSplits) {
  constexpr auto kKind = PreTokenizerKind::kSmolLm;
  EXPECT_EQ(Split(kKind, ""), Strings{});
  EXPECT_EQ(Split(kKind, "Hello  world "), (Strings{"Hello", " ", " world", " "}));
  EXPECT_EQ(Split(kKind, "x  1"), (Strings{"x", "  ", "1"}));
  EXPECT_EQ(Split(kKind, "12\u00b2 3"), (Strings{"1", "2", "\u00b2", " ", "3"}));
  EXPECT_EQ(Split(kKind, "I'LL we'll"), (Strings{"I", "'", "LL", " we", "'ll"}));
  EXPECT_EQ(Split(kKind, "a?! b\n\n  c"), (Strings{"a", "?!", " b", "\n\n ", " c"}));
  // U+180E is no white space here, whatever the regex library thinks of it.
  EXPECT_EQ(Split(kKind, "\u2003\u2003\u180e"), (Strings{"\u2003", "\u2003", "\u180e"}));
}

TEST(PreTokenizerTest, QwenSplits) {
  constexpr auto kKind = PreTokenizerKind::kQwen2;
  EXPECT_EQ(
      Split(kKind, "I'LL say we'll 12 345\n\n x"),
      (Strings{"I", "'LL", " say", " we", "'ll", " ", "1", "2", " ", "3", "4", "5", "\n\n", " x"}));
  EXPECT_EQ(Split(kKind, "\n\n"), (Strings{"\n\n"}));
  EXPECT_EQ(Split(kKind, "a(b)?\n\n c"), (Strings{"a", "(b", ")?\n\n", " c"}));
  EXPECT_EQ(Split(kKind, "x \n y   z"), (Strings{"x", " \n", " y", "  ", " z"}));
  EXPECT_EQ(Split(kKind, "a'\u017f"), (Strings{"a", "'\u017f"}));  // folds to 's
}

TEST(NfcTest, ComposesAndOrders) {
  EXPECT_EQ(NormalizeNfc(""), "");
  EXPECT_EQ(NormalizeNfc("cafe\u0301"), "caf\u00e9");
  EXPECT_EQ(NormalizeNfc("\u212b"), "\u00c5");
  EXPECT_EQ(NormalizeNfc("\u1100\u1161\u11a8"), "\uac01");
  EXPECT_EQ(NormalizeNfc("\u0958"), "\u0915\u093c");  // excluded from composition
  EXPECT_EQ(NormalizeNfc("\U0002F800"), "\u4e3d");
  EXPECT_EQ(NormalizeNfc("\u1e9b\u0323"), "\u1e9b\u0323");
  EXPECT_EQ(NormalizeNfc("a\u0315\u0300\u05ae"
                         "b"),
            "\u00e0\u05ae\u0315"
            "b");
  EXPECT_EQ(NormalizeNfc("q\u0307\u0323"), "q\u0323\u0307");
}

// A run of marks in falling order of class: exchanging neighbours would take 10^10 steps.
TEST(NfcTest, OrdersLongRunsOfMarks) {
  constexpr size_t kHalf = 100'000;
  std::string text = "q";
  for (size_t i = 0; i < kHalf; ++i) text += "\u0307\u0323";
  std::string expected = "q";
  for (size_t i = 0; i < kHalf; ++i) expected += "\u0323";
  for (size_t i = 0; i < kHalf; ++i) expected += "\u0307";
  EXPECT_EQ(NormalizeNfc(text), expected);
}

}  // namespace
}  // namespace dsb
