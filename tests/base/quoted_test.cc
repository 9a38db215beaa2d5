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

}  // namespace
}  // namespace dsb
