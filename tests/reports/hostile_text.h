// Text that a file may hold wherever a report shows it, and what it must not do to markup.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace dsb::testing {

inline const std::string kHostile[] = {
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "]]><!--",
    "\" onload=\"alert(1)",
    "' onload='alert(1)",
    "&lt;b&gt;",
    "\u202Eabc\u2066",
    "\x1b[31mred\x1b]0;title\x07",
    std::string("a\0b", 3),
    std::string(10'000, 'x'),
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "\u05d0\u05d1",
    "\t=1+1",
    "\uFF1D1+1",
    "\uFFFF",
    "$\\color{red}{x}$",
    "\xff\xfe",
};

inline size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Of a page or drawing: tags, attributes and entities are the writer's own.
inline void ExpectInert(const std::string& markup, const std::string& innocent) {
  for (const char* part : {"<", ">", "\"", "<script", "</script", "onload=\"", "<!--", "]]>"}) {
    EXPECT_EQ(Count(markup, part), Count(innocent, part)) << part;
  }
  EXPECT_EQ(markup.find('\x1b'), std::string::npos);
  EXPECT_EQ(markup.find('\0'), std::string::npos);
  EXPECT_EQ(markup.find("\u202E"), std::string::npos);
  EXPECT_EQ(markup.find("\uFFFF"), std::string::npos);  // not even XML may hold it
  EXPECT_EQ(markup.find('\xff'), std::string::npos);
}

}  // namespace dsb::testing
