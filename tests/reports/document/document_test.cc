// Documents on terminals of every width and in Markdown, with texts that try to leave their place.
#include "reports/document/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "reports/document/html.h"
#include "reports/document/wrap.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> LinesOf(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Document WideDocument() {
  Document document;
  document.emplace_back(Heading{1, "A heading of more than twenty characters"});
  document.emplace_back(Line{"A sentence that is longer than the narrowest of all terminals."});
  document.emplace_back(
      Table{{{"domain", true}, {"arm", true}, {"accepted length", false}, {"speed-up", false}},
            {{"math", "dspark threshold 0.25 7", "1.971 [1.643, 2.442]", "0.96"},
             {"math", "dspark threshold 0.35 7", "1.871 [1.543, 2.342]", ""}}});
  return document;
}

TEST(Terminal, EveryWidthIsKept) {
  for (int columns = 20; columns <= 100; ++columns) {
    for (const std::string& line : LinesOf(PrintTerminal(WideDocument(), columns))) {
      EXPECT_LE(WidthOf(line), static_cast<size_t>(columns)) << columns << ": " << line;
    }
  }
}

TEST(Terminal, NothingIsCutAtAnyWidth) {
  for (const int columns : {20, 30, 45, 60, 80, 100}) {
    std::string words = PrintTerminal(WideDocument(), columns);
    std::replace(words.begin(), words.end(), '\n', ' ');
    for (const char* word : {"0.25", "0.35", "2.442]", "2.342]", "0.96", "terminals."}) {
      EXPECT_THAT(words, HasSubstr(word)) << columns;
    }
    EXPECT_THAT(words, Not(HasSubstr("..."))) << columns;
  }
}

TEST(Terminal, ATableThatIsTooWideBecomesBlocks) {
  Document document;
  document.emplace_back(Table{{{"arm", true}, {"tokens/s", false}, {"E2E p50 ms", false}},
                              {{"dspark fixed 7", "12.5", "1234567.8"}}});
  EXPECT_EQ(PrintTerminal(document, 24),
            "dspark fixed 7\n  tokens/s    12.5\n  E2E p50 ms  1234567.8\n");
  document.clear();
  document.emplace_back(Table{{{"k", false}, {"survival", false}}, {{"1", "0.1234567890123456"}}});
  EXPECT_EQ(PrintTerminal(document, 20), "k 1\n  survival:\n  0.1234567890123456\n");
}

TEST(Terminal, TitlesAreWrappedBeforeText) {
  Document document;
  document.emplace_back(
      Table{{{"arm", true}, {"a long title", false}}, {{"a name of words", "1"}}});
  EXPECT_EQ(PrintTerminal(document, 24),
            "arm               a long\n                   title\n---------------  -------\n"
            "a name of words        1\n");
}

TEST(Terminal, NoLonelyWordEndsAParagraph) {
  const std::string text =
      "dspark fixed 4 against none: 12 paired requests of 12 prompts, 0 dropped; pairing saves 7 % "
      "of "
      "the variance.";
  const std::vector<std::string> lines = Wrap(text, 100);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_GE(lines[1].size(), 25u);
  EXPECT_EQ(lines[0] + ' ' + lines[1], text);
  EXPECT_EQ(Wrap(std::string(60, 'x') + ' ' + std::string(60, 'y'), 100),
            (std::vector<std::string>{std::string(60, 'x'), std::string(60, 'y')}));
  EXPECT_EQ(Wrap(std::string(150, 'n'), 100),
            (std::vector<std::string>{std::string(100, 'n'), std::string(50, 'n')}));
  EXPECT_EQ(Wrap("", 100), std::vector<std::string>{""});
}

// Whatever a file says, a terminal prints it and does nothing else.
TEST(Terminal, ForeignTextMovesNothing) {
  const std::string foreign = "a\x1B[31m\x1B]8;;http://x\x07\rb\nc\xC2\x9B\xE2\x80\xAE\x7F";
  Document document;
  document.emplace_back(Heading{1, foreign});
  document.emplace_back(Line{foreign});
  document.emplace_back(CodeLine{foreign});
  document.emplace_back(Table{{{foreign, true}}, {{foreign}}});
  for (const std::string& text :
       {PrintTerminal(document), PrintTerminal(document, 20), PrintMarkdown(document)}) {
    for (const char* raw : {"\x1B", "\x07", "\r", "\xC2\x9B", "\xE2\x80\xAE", "\x7F"}) {
      EXPECT_EQ(text.find(raw), std::string::npos) << text;
    }
  }
  EXPECT_THAT(PrintTerminal(document), HasSubstr("a\\x1b[31m"));
}

TEST(Statement, WhatAPageSaysInstead) {
  const Document document = {
      LabelledLine{"result", {{"a wins", {"a"}}, {"by far", {}}}, 1},
      LabelledLine{"result", {{"b wins", {"b"}}}, 2},
      Line{"a and ab differ", {"a", "ab"}},
  };
  for (const std::string& text : {PrintTerminal(document), PrintMarkdown(document)}) {
    EXPECT_THAT(text, HasSubstr("a wins; by far."));
    EXPECT_THAT(text, Not(HasSubstr("b wins")));
  }
  const std::string html = PrintHtml({.title = "t", .arms = {"ab", "a", "b"}, .body = document});
  EXPECT_THAT(html, HasSubstr("<span class=\"c\" data-any=\"1\">a wins</span>"));
  EXPECT_THAT(html, HasSubstr("data-choice=\"2\" hidden>"));
  EXPECT_THAT(html, HasSubstr("data-all=\"1 0\"><span class=\"name\" data-arm=\"1\">a</span> and "
                              "<span class=\"name\" data-arm=\"0\">ab</span> differ</p>"));
}

TEST(Markdown, ForeignTextStaysText) {
  const std::string foreign =
      "![i](http://x/i.png) [l](y) <b> & ~~s~~ @user #1 `c` *e* _u_ |c| www https://z \\";
  Document document;
  document.emplace_back(Heading{1, foreign});
  document.emplace_back(Table{{{foreign, true}}, {{foreign}}});
  document.emplace_back(Line{foreign});
  const std::string text = PrintMarkdown(document);
  for (size_t i = 0; i < text.size(); ++i) {
    if (std::string("[]!<>&~@*_`").find(text[i]) == std::string::npos) continue;
    ASSERT_GT(i, 0u);
    EXPECT_EQ(text[i - 1], '\\') << text.substr(i);
  }
  EXPECT_THAT(text, Not(HasSubstr("https://")));
  EXPECT_THAT(text, HasSubstr("\\#1"));
  EXPECT_THAT(text, HasSubstr("\\|c\\|"));
}

TEST(Markdown, NoLineBeginsABlock) {
  for (const char* foreign : {"- item", "+ item", "=====", "-----", "1. first", "12) twelfth",
                              "# heading", "> quote", "    code", "```"}) {
    Document document;
    document.emplace_back(Line{foreign});
    const std::string text = PrintMarkdown(document);
    const size_t slash = text.find('\\');
    EXPECT_TRUE(slash != std::string::npos || text[0] == 'c') << text;
  }
}

TEST(Markdown, NoRunOfBackticksEndsACodeBlock) {
  for (const size_t length : {1u, 3u, 4u, 9u}) {
    const std::string ticks(length, '`');
    Document document;
    document.emplace_back(CodeLine{"a " + ticks + "\n" + ticks + "\n# forged"});
    const std::vector<std::string> lines = LinesOf(PrintMarkdown(document));
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_GT(lines[0].size(), length);
    EXPECT_EQ(lines[0], lines[2]);
    EXPECT_EQ(lines[0].find_first_not_of('`'), std::string::npos);
  }
}

}  // namespace
}  // namespace dsb
