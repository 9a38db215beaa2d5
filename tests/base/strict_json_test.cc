#include "base/strict_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace dsb {
namespace {

using nlohmann::json;

std::string Refusal(const std::string& text, const StrictJsonOptions& options = {}) {
  try {
    CheckStrictJson(text, "f.json", options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  return "accepted";
}

TEST(StrictJson, GivesTheValueOfGoodText) {
  EXPECT_EQ(ParseStrictJson<json>(R"( {"a": [1, -2.5e3, null], "b": {"a": "\u00e9"}} )", "f"),
            (json{{"a", {1, -2500.0, nullptr}}, {"b", {{"a", "\xC3\xA9"}}}}));
  EXPECT_EQ(ParseStrictJson<json>("\xEF\xBB\xBF[true]", "f"), json{true});
  EXPECT_EQ(ParseStrictJson<nlohmann::ordered_json>(R"({"b":1,"a":2})", "f").dump(),
            R"({"b":1,"a":2})");
}

TEST(StrictJson, RefusesByPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "byte 1: found the end of the text, expected JSON"},
      {"[1", "byte 3: found the end of the text, expected JSON"},
      {"[1] x\n", "byte 5: found ill-formed text \"x\\x0a\", expected JSON in UTF-8"},
      {"[1][2]", "byte 4: found ill-formed text \"[2]\", expected JSON in UTF-8"},
      {"[1,]", "byte 4: found ill-formed text \"]\", expected JSON in UTF-8"},
      {"[nan]", "byte 3: found ill-formed text \"an]\", expected JSON in UTF-8"},
      {"// no\n[]", "byte 1: found ill-formed text \"// no\\x0a[]\", expected JSON in UTF-8"},
      {"[\"\xFF\"]", "byte 3: found ill-formed text \"\\xff\\\"]\", expected JSON in UTF-8"},
      {"[\"\\ud800\"]", "byte 9: found ill-formed text \"\\\"]\", expected JSON in UTF-8"},
      {std::string("[]\0]", 4), "byte 3: found a NUL byte, expected JSON"},
      {std::string("[\"a\0\"]", 6), "byte 4: found a NUL byte, expected JSON"},
      {R"({"a":1,"b":{"a":1},"a":2})",
       "byte 22: found the key \"a\" twice in one object, expected unique keys"},
      {R"([{"a":1,"\u0061":2}])",
       "byte 16: found the key \"a\" twice in one object, expected unique keys"},
      {"[[[[[[[[[]]]]]]]]]", "byte 9: found values nested deeper than 8, expected at most that"},
      {"[1e999]", "byte 6: found a number out of range, expected a double"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(Refusal(text), "f.json: " + message);
  EXPECT_EQ(Refusal("[[[[[[[[]]]]]]]]"), "accepted");
  EXPECT_EQ(Refusal(R"([{"a":1},{"a":1}])"), "accepted");
}

TEST(StrictJson, StopsAtTheFirstValueThatIsTooDeep) {
  EXPECT_NE(Refusal(std::string(size_t{4} << 20, '[')).find("byte 9"), std::string::npos);
}

TEST(StrictJson, CanRefuseAllButCounts) {
  const StrictJsonOptions counts = {.max_depth = 1, .integers_only = true};
  EXPECT_EQ(Refusal("[0, 9223372036854775807]", counts), "accepted");
  for (const std::string number : {"-1", "-0", "0.5", "1e3", "9223372036854775808", "1e30"}) {
    const std::string message = Refusal("[" + number + "]", counts);
    EXPECT_NE(message.find(", expected an integer from 0 to 2^63-1"), std::string::npos) << message;
  }
  EXPECT_NE(Refusal("[[]]", counts).find("deeper than 1"), std::string::npos);
}

}  // namespace
}  // namespace dsb
