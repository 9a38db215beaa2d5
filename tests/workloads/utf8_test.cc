#include "workloads/utf8.h"

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

}  // namespace
}  // namespace dsb
