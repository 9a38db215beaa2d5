#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace dsb {
namespace {

TEST(Utf8, AcceptsEveryLength) {
  EXPECT_EQ(FindInvalidUtf8(""), std::string::npos);
  EXPECT_EQ(FindInvalidUtf8("a\x7F"), std::string::npos);
  EXPECT_EQ(FindInvalidUtf8("\xC2\x80\xDF\xBF"), std::string::npos);
  EXPECT_EQ(FindInvalidUtf8("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"), std::string::npos);
  EXPECT_EQ(FindInvalidUtf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), std::string::npos);
}

TEST(Utf8, RefusesIllFormedSequencesAtTheirFirstByte) {
  const char* const kIllFormed[] = {
      "\x80",              // continuation without a lead
      "\xC0\x80",          // overlong NUL
      "\xC1\xBF",          // overlong
      "\xE0\x9F\xBF",      // overlong
      "\xED\xA0\x80",      // surrogate
      "\xF0\x8F\xBF\xBF",  // overlong
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF5\x80\x80\x80",  // no such lead
      "\xFF",
      "\xC2",          // cut
      "\xE2\x82",      // cut
      "\xE2\x82x",     // third byte wrong
      "\xF0\x9F\x98",  // cut
      "\xC2\xC2\x80",  // lead in place of a continuation
  };
  for (const char* bytes : kIllFormed) {
    EXPECT_EQ(FindInvalidUtf8(std::string("ab") + bytes), 2u) << bytes;
  }
}

TEST(Utf8, StepsOverMaximalIllFormedPrefixes) {
  using Kind = Utf8Step::Kind;
  const auto expect = [](std::string_view text, Kind kind, size_t length) {
    const Utf8Step step = NextUtf8(text);
    EXPECT_EQ(step.kind, kind) << text;
    EXPECT_EQ(step.length, length) << text;
  };
  expect("\xF0\x9F\x98\x80z", Kind::kCharacter, 4);
  expect("\xF0\x9F\x98z", Kind::kIllFormed, 3);
  expect("\xF0\x8Fz", Kind::kIllFormed, 1);  // no character starts so: the second byte stands alone
  expect("\xED\xA0\x80", Kind::kIllFormed, 1);
  expect("\xE2\x82\xE2", Kind::kIllFormed, 2);
  expect("\x80\x80", Kind::kIllFormed, 1);
  expect("\xF0\x9F\x98", Kind::kIncomplete, 3);
  expect("\xC2", Kind::kIncomplete, 1);
}

TEST(Utf8, WritesWhatItReads) {
  for (char32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    AppendUtf8(text, c);
    const Utf8Step step = NextUtf8(text);
    ASSERT_EQ(step.kind, Utf8Step::Kind::kCharacter);
    ASSERT_EQ(step.length, text.size());
    ASSERT_EQ(step.code_point, c);
  }
}

TEST(Utf8, KnowsAscii) {
  EXPECT_TRUE(IsAscii(""));
  EXPECT_TRUE(IsAscii("0123456789\x7F"));
  EXPECT_FALSE(IsAscii("0123456789\x80"));
  EXPECT_FALSE(
      IsAscii("01\xC3\xA9"
              "456789abcdef"));
}

}  // namespace
}  // namespace dsb
