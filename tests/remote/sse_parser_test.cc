// Events are the same however their bytes are split, and are good until the next is asked for.
#include "engines/remote/sse_parser.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {
namespace {

using Events = std::vector<std::string>;

// In pieces that end at `cuts`, each of which is gone when the next comes.
Events Parse(std::string_view text, const std::vector<size_t>& cuts) {
  SseParser parser;
  Events events;
  size_t begin = 0;
  for (const size_t end : cuts) {
    std::string piece(text.substr(begin, end - begin));
    parser.Feed(piece);
    while (const auto event = parser.Next()) events.emplace_back(*event);
    EXPECT_FALSE(parser.Next());
    piece.assign(piece.size(), '#');
    begin = end;
  }
  if (const auto event = parser.Last()) events.emplace_back(*event);
  EXPECT_FALSE(parser.Last());
  return events;
}

TEST(SseParserSplits, AnyTwoCutsGiveTheSameEvents) {
  constexpr std::string_view kText =
      "\xEF\xBB\xBF"
      "data: one\n\n: ping\r\n\r\ndata: two\r\ndata: more\r\n\r\ndata: three\r\rdata\ndata:\n\n\n"
      "id: 7\rdata: more data than any string keeps in itself\n\ndata: last\r\n";
  const Events expected = {
      "one", "two\nmore", "three", "\n", "more data than any string keeps in itself", "last"};
  for (size_t first = 0; first <= kText.size(); ++first) {
    for (size_t second = first; second <= kText.size(); ++second) {
      ASSERT_EQ(Parse(kText, {first, second, kText.size()}), expected) << first << ' ' << second;
    }
  }
}

}  // namespace
}  // namespace dsb
