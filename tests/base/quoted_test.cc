#include "base/quoted.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

TEST(Quoted, ShowsTextAndEscapesQuotes) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("a 'b'"), "\"a 'b'\"");
  EXPECT_EQ(Quoted("a\"b\\"), "\"a\\\"b\\\\\"");
  EXPECT_EQ(Quoted("\xC3\xA9\xE6\x95\xB0\xF0\x9F\x98\x80"),
            "\"\xC3\xA9\xE6\x95\xB0\xF0\x9F\x98\x80\"");
}

TEST(Quoted, EscapesWhatATerminalObeysAndWhatIsNoText) {
  EXPECT_EQ(Quoted(std::string_view("\0\n\x1B[2J\x7F", 7)), "\"\\x00\\x0a\\x1b[2J\\x7f\"");
  EXPECT_EQ(Quoted("\xC2\x9B"), "\"\\xc2\\x9b\"");           // a control of Latin-1
  EXPECT_EQ(Quoted("\xE2\x80\xAE"), "\"\\xe2\\x80\\xae\"");  // right-to-left override
  EXPECT_EQ(Quoted("\xE2\x80\xA8"), "\"\\xe2\\x80\\xa8\"");  // line separator
  EXPECT_EQ(Quoted("a\xFF\xE6\x95"), "\"a\\xff\\xe6\\x95\"");
}

TEST(Quoted, CutsLongTextBetweenCharacters) {
  const std::string most(80, 'x');
  EXPECT_EQ(Quoted(most), "\"" + most + "\"");
  EXPECT_EQ(Quoted(most + "y"), "\"" + most + "...\"");
  const std::string nearly(79, 'x');
  EXPECT_EQ(Quoted(nearly + "\xC3\xA9"), "\"" + nearly + "...\"");
}

TEST(Shown, IsOneLineThatATerminalOnlyPrints) {
  EXPECT_EQ(Shown("plain \xC3\xA9 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"),
            "plain \xC3\xA9 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB");
  EXPECT_EQ(Shown("a\nb\tc\r"), "a b c ");
  EXPECT_EQ(Shown(std::string_view("\0\x1B]0;t\x07\x7F", 8)), "\\x00\\x1b]0;t\\x07\\x7f");
  EXPECT_EQ(Shown("\xC2\x9B"
                  "31m"),
            "\\xc2\\x9b31m");
  for (const char* mark : {"\xE2\x80\xAE", "\xE2\x81\xA6", "\xD8\x9C", "\xE2\x80\x8B",
                           "\xEF\xBB\xBF", "\xF3\xA0\x80\x81"}) {
    EXPECT_TRUE(Shown(mark).starts_with("\\x")) << mark;
  }
  // Without a glyph: soft hyphen, grapheme joiner, Hangul fillers, a musical mark; and what no XML
  // may hold.
  for (const char* mark :
       {"\u00AD", "\u034F", "\u115F", "\u3164", "\uFFA0", "\U0001D173", "\uFFFE", "\uFFFF"}) {
    EXPECT_TRUE(Shown(mark).starts_with("\\x")) << mark;
  }
  EXPECT_EQ(Shown("\u2764\uFE0F"), "\u2764\uFE0F");  // an emoji's variation selector
  EXPECT_EQ(Shown("\xFF"), "\\xff");
  EXPECT_EQ(ShownLines("a\n\tb\x1B"), "a\n\tb\\x1b");
}

TEST(Shown, JsonMeansTheSame) {
  EXPECT_EQ(ShownJson("{\n  \"a\": \"\xC2\x9B\xE2\x80\xAE\x7F\xC3\xA9\"\n}"),
            "{\n  \"a\": \"\\u009b\\u202e\\u007f\xC3\xA9\"\n}");
  EXPECT_EQ(ShownJson("\"\xF3\xA0\x80\x81\""), "\"\\udb40\\udc01\"");
}

}  // namespace
}  // namespace dsb
