#include "workloads/text_pool.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

TextPool Pool() {
  return TextPool({{"one two three four", 4}, {"five six", 2}, {"seven eight nine ten eleven", 5}});
}

TEST(TextPool, TakesWholeTextsAndCutsTheLastAtABlank) {
  std::string longest;
  for (uint64_t key = 0; key < 20; ++key) {
    const std::string text = Pool().Take(key, 9);
    EXPECT_EQ(text, Pool().Take(key, 9));
    EXPECT_TRUE(text.find("five six") != std::string::npos || text.starts_with("seven"));
    EXPECT_NE(text.find("\n\n"), std::string::npos);
    if (text.size() > longest.size()) longest = text;
  }
  EXPECT_GE(longest.size(), 40u);
  EXPECT_LE(longest.size(), 60u);
}

TEST(TextPool, AKeyChoosesTheTextAndALengthCutsIt) {
  int different = 0;
  for (uint64_t key = 0; key < 20; ++key) {
    const std::string whole = Pool().Take(key, 100), part = Pool().Take(key, 1);
    EXPECT_FALSE(part.empty());
    EXPECT_TRUE(whole.starts_with(part));
    different += !whole.starts_with(Pool().Take(0, 1));
  }
  EXPECT_GT(different, 0);
}

TEST(TextPool, NeverCutsACharacter) {
  const TextPool pool({{"\u00e9\u00e9\u00e9\u00e9", 100}});
  EXPECT_EQ(pool.Take(1, 1), "\u00e9");
  EXPECT_EQ(pool.Take(1, 30), "\u00e9");
  EXPECT_EQ(pool.Take(1, 60), "\u00e9\u00e9");
}

}  // namespace
}  // namespace dsb
