#include "harness/options/config_file.h"

#include <gtest/gtest.h>

#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

TEST(ConfigFile, GivesValuesAsTheCommandLineWould) {
  const auto entries =
      ParseConfig(R"({"flag": true, "list": ["a", 2], "rate": 0.5, "word": "b c"})", "c.json");
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].values, std::vector<std::string>{"true"});
  EXPECT_EQ(entries[1].key, "list");
  EXPECT_EQ(entries[1].values, (std::vector<std::string>{"a", "2"}));
  EXPECT_EQ(entries[2].values, std::vector<std::string>{"0.5"});
  EXPECT_EQ(entries[3].values, std::vector<std::string>{"b c"});
}

TEST(ConfigFile, RefusesWhatFollowsANulByte) {
  ExpectBadInput({"c.json: byte 12: found a NUL byte"},
                 [] { ParseConfig(std::string("{\"seed\": 1}\0{\"seed\": 2}", 23), "c.json"); });
}

TEST(ConfigFile, RefusesAnArrayInAnArrayAndAnEmptyOne) {
  ExpectBadInput({"c.json: key \"a\"", "array"}, [] { ParseConfig(R"({"a": [[1]]})", "c.json"); });
  ExpectBadInput({"c.json: key \"a\": empty"}, [] { ParseConfig(R"({"a": []})", "c.json"); });
}

}  // namespace
}  // namespace dsb
