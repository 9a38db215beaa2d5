#include "engines/model_files/json_config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/temporary_folder.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

JsonConfig Parse(const std::string& text) { return JsonConfig::Parse(text, "config.json"); }

TEST(JsonConfigTest, ReadsTypedValues) {
  const JsonConfig config = Parse(
      R"({"count": 3, "rate": 0.5, "on": true, "none": null, "ids": [1, 2], "in": {"size": 4}})");
  EXPECT_EQ(config.Count("count"), 3);
  EXPECT_EQ(config.Float("rate"), 0.5);
  EXPECT_TRUE(config.BoolOr("on", false));
  EXPECT_FALSE(config.Has("none"));
  EXPECT_EQ(config.Ints("ids"), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(config.Object("in")->Count("size"), 4);
}

TEST(JsonConfigTest, RefusesKeysGivenTwice) {
  ExpectBadInput({"config.json", "\"size\"", "twice"}, [] { Parse(R"({"size": 1, "size": 2})"); });
  ExpectBadInput({"config.json", "\"b\"", "twice"}, [] { Parse(R"({"a": {"b": 1, "b": 1}})"); });
}

TEST(JsonConfigTest, RefusesDeepNestingBeforeItIsParsed) {
  const std::string deep = "{\"a\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  ExpectBadInput({"config.json", "nested deeper"}, [&] { Parse(deep); });
}

TEST(JsonConfigTest, RefusesWhatIsNotOneObject) {
  ExpectBadInput({"config.json", "not a JSON object"}, [] { Parse("[1]"); });
  ExpectBadInput({"config.json", "ill-formed"}, [] { Parse("{\"a\": 1} {}"); });
  ExpectBadInput({"config.json", "NUL"}, [] { Parse(std::string("{}\0{\"a\": 1}", 12)); });
}

TEST(JsonConfigTest, DoesNotWaitForAPipe) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder / "config.json").c_str(), 0600), 0);
  ExpectBadInput({"config.json", "expected a regular file"},
                 [&] { JsonConfig::Read(folder / "config.json"); });
}

TEST(JsonConfigTest, NamesKeyFoundAndExpected) {
  const JsonConfig config = Parse(R"({"count": 0, "text": 1})");
  ExpectBadInput({"config.json", "count", "0", "1 to 1048576"}, [&] { config.Count("count"); });
  ExpectBadInput({"config.json", "text", "1", "a text"}, [&] { config.StringOr("text", ""); });
  ExpectBadInput({"config.json", "other", "missing"}, [&] { config.Float("other"); });
}

}  // namespace
}  // namespace dsb
