// The fast parser of events against the full one: what it takes is the same tree, what it is not
// sure of it leaves alone.
#include "engines/remote/flat_json.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/strict_json.h"
#include "engines/remote/sse_parser.h"
#include "tests/remote/recorded.h"
#include "tests/remote/same_tree.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

// Whether it is taken; then it must be the full parser's tree.
bool Takes(const std::string& text) {
  FlatJson flat;
  const FlatValue* const root = flat.Read(text);
  if (root == nullptr) return false;
  EXPECT_NO_THROW(
      EXPECT_TRUE(SameTree(*root, ParseStrictJson<Json>(text, "text", {.max_depth = 32}))) << text)
      << text;
  return true;
}

TEST(FlatJson, TakesWhatServersSend) {
  for (const char* text : {
           R"({})",
           R"([])",
           R"({"a":{},"b":[],"c":[[],{}]})",
           R"( { "a" : [ 1 , 2.50 ] ,
                 "b" : null } )",
           R"({"a":true,"b":false,"c":null,"d":"","":0})",
           R"([0,-0,7,-7,123456789012345678,0.1,-0.0,1.5,123456789.123456789])",
           R"({"content":"\"\\\/\b\f\n\r\t end"})",
           "{\"content\":\"h\xC3\xA9 \xE4\xBD\xA0 \xF0\x9F\x98\x80 \x7F\"}",
           R"("text")",
           R"({"a":{"a":{"a":1}},"b":{"a":2}})",
       }) {
    EXPECT_TRUE(Takes(text)) << text;
  }
}

TEST(FlatJson, LeavesTheRestToTheFullParser) {
  const std::string deep = std::string(10, '[') + std::string(10, ']');
  std::string wide = "[0";
  for (int i = 0; i < 100; ++i) wide += ",0";
  for (const std::string& text : std::vector<std::string>{"",
                                                          " ",
                                                          "{",
                                                          "}",
                                                          "[",
                                                          "]",
                                                          "[1",
                                                          "[1,]",
                                                          "[,1]",
                                                          "[1 2]",
                                                          "{\"a\"}",
                                                          "{\"a\":}",
                                                          "{\"a\":1,}",
                                                          "{\"a\":1 \"b\":2}",
                                                          "{a:1}",
                                                          "{\"a\":1]",
                                                          "[1}",
                                                          "1 2",
                                                          "nul",
                                                          "nulll",
                                                          "truefalse",
                                                          "NaN",
                                                          "-",
                                                          "+1",
                                                          ".5",
                                                          "5.",
                                                          "01",
                                                          "-01",
                                                          "1e5",
                                                          "1E999",
                                                          "1.0e-999",
                                                          "1234567890123456789",
                                                          "99999999999999999999",
                                                          "0.1234567890123456789",
                                                          "1-2",
                                                          "\"open",
                                                          "\"a\\",
                                                          "\"\\u0041\"",
                                                          "\"\\ud800\"",
                                                          "\"\\x\"",
                                                          "\"a\nb\"",
                                                          "'a'",
                                                          "{\"\\n\":1}",
                                                          "{\"a\":1,\"a\":2}",
                                                          "{\"b\":{\"a\":1,\"c\":2,\"a\":3}}",
                                                          "\"\xFF\"",
                                                          "\"\xC3\"",
                                                          "\"\xED\xA0\x80\"",
                                                          "\"\xC0\xAF\"",
                                                          "{\"\xFF\":1}",
                                                          "\xEF\xBB\xBF{}",
                                                          "[1]x",
                                                          "[1]\n[2]",
                                                          std::string("[1]\0", 4),
                                                          std::string("\"\0\"", 3),
                                                          deep,
                                                          wide + "]"}) {
    EXPECT_FALSE(Takes(text)) << text;
  }
}

// Almost all of them, or it would be of no use; and the rest is cut off or hostile.
TEST(FlatJson, TakesTheEventsOfRealServers) {
  int taken = 0, all = 0;
  for (const char* name :
       {"llama_dspark_chat_stream", "llama_dspark_eos_completion", "llama_plain_completions_stream",
        "vllm_eagle3_chat_stream", "vllm_plain_chat_stream", "vllm_ngram_chat_stop"}) {
    SseParser parser;
    std::vector<std::string> events;
    ASSERT_TRUE(parser.Push(ReadRecorded(name).AllBytes(), events));
    for (const std::string& event : events) {
      if (event == "[DONE]") continue;
      ++all;
      taken += Takes(event) ? 1 : 0;
      // Cut anywhere, or one byte of it wrong: refused by both, or the same by both.
      for (size_t i = 0; i < event.size(); i += 7) {
        Takes(event.substr(0, i));
        std::string wrong = event;
        wrong[i] = static_cast<char>(wrong[i] ^ (1 << (i % 7)));
        Takes(wrong);
      }
    }
  }
  EXPECT_GT(all, 150);
  EXPECT_GT(taken, all * 9 / 10);
}

}  // namespace
}  // namespace dsb
