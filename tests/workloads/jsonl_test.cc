#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/sha256.h"
#include "base/temporary_folder.h"
#include "workloads/workload.h"

namespace dsb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The message of the Error that parsing `text` must throw.
std::string ProblemOf(const std::string& text) {
  try {
    ParseJsonl(text, "dir/set.jsonl");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << text.substr(0, 200);
  return {};
}

TEST(Jsonl, ReadsEveryKey) {
  const std::string text =
      R"({"id": "a", "domain": "math", "dataset": "own", "turns": ["1 + 1?", "And \u00e9 twice?"]})";
  const Workload workload = ParseJsonl(text, "dir/set.jsonl");
  EXPECT_EQ(workload.name, "set");
  EXPECT_EQ(workload.path, "dir/set.jsonl");
  EXPECT_EQ(workload.sha256, Sha256Hex(text));
  EXPECT_EQ(workload.size_bytes, static_cast<int64_t>(text.size()));
  ASSERT_EQ(workload.items.size(), 1u);
  EXPECT_EQ(workload.items[0].key, "a");
  EXPECT_EQ(workload.items[0].dataset, "own");
  EXPECT_EQ(workload.items[0].domain, "math");
  EXPECT_THAT(workload.items[0].turns, ElementsAre("1 + 1?", "And \xC3\xA9 twice?"));
}

TEST(Jsonl, FillsInWhatDeepSpecsFilesLack) {
  const Workload workload = ParseJsonl("\n{\"turns\": [\"x\"]}\n", "/data/gsm8k.jsonl");
  EXPECT_EQ(workload.items[0].key, "gsm8k:2");
  EXPECT_EQ(workload.items[0].dataset, "gsm8k");
  EXPECT_EQ(workload.items[0].domain, "math");
  EXPECT_EQ(ParseJsonl("{\"turns\":[\"x\"]}", "humaneval.jsonl").items[0].domain, "code");
  EXPECT_EQ(ParseJsonl("{\"turns\":[\"x\"]}", "mt-bench.jsonl").items[0].domain, "chat");
  EXPECT_EQ(ParseJsonl("{\"turns\":[\"x\"]}", "mine.jsonl").items[0].domain, "mine");
  const std::string named = R"({"turns":["x"],"dataset":"mbpp"})";
  EXPECT_EQ(ParseJsonl(named, "mine.jsonl").items[0].domain, "code");
}

TEST(Jsonl, ToleratesByteOrderMarkCrLfBlankLinesAndNoFinalNewline) {
  const Workload workload = ParseJsonl(
      "\xEF\xBB\xBF{\"turns\":[\"a\"]}\r\n\r\n \t\n{\"turns\":[\"b\\r\\n\"]}", "s.jsonl");
  ASSERT_EQ(workload.items.size(), 2u);
  EXPECT_EQ(workload.items[0].key, "s:1");
  EXPECT_EQ(workload.items[1].key, "s:4");
  EXPECT_THAT(workload.items[1].turns, ElementsAre("b\r\n"));
}

TEST(Jsonl, ReadsALineOfManyMegabytes) {
  const std::string big(8u << 20, 'x');
  const Workload workload = ParseJsonl("{\"turns\":[\"" + big + "\"]}", "s.jsonl");
  EXPECT_EQ(workload.items[0].turns[0], big);
}

TEST(Jsonl, NamesPlaceAndExpectation) {
  struct Case {
    const char* text;
    const char* start;
    const char* part;
  };
  const Case kCases[] = {
      {"", "dir/set.jsonl: no prompts", "expected at least one line"},
      {" \n\n", "dir/set.jsonl: no prompts", "expected"},
      {"\xEF\xBB\xBF", "dir/set.jsonl: no prompts", "expected"},
      {"\n{", "dir/set.jsonl:2: byte 2: found the end", "expected JSON"},
      {"{\"turns\":[\"a\"]} x", "dir/set.jsonl:1: byte 17: found ill-formed text \"x\"", "JSON"},
      {"{\"turns\":[\"a\"]}{\"turns\":[\"b\"]}", "dir/set.jsonl:1: byte 16", "expected"},
      {"[1]", "dir/set.jsonl: entry 1: a number", "expected one object a line"},
      {"\"text\"", "dir/set.jsonl:1: a string", "expected one object a line"},
      {"null", "dir/set.jsonl:1: null", "expected one object a line"},
      {"{}", "dir/set.jsonl:1: key \"turns\" is missing", "list of strings"},
      {"{\"id\":\"a\"}", "dir/set.jsonl:1: key \"turns\" is missing", "list of strings"},
      {"{\"turns\":[]}", "dir/set.jsonl:1: \"turns\" is empty", "at least one string"},
      {"{\"turns\":\"a\"}", "dir/set.jsonl:1: \"turns\" is a string", "a list of strings"},
      {"{\"turns\":{\"a\":1}}", "dir/set.jsonl:1: \"turns\" is an object", "a list of strings"},
      {"{\"turns\":[\"a\",\"\"]}", "dir/set.jsonl:1: turn 2 is empty", "non-empty string"},
      {"{\"turns\":[\"a\",7]}", "dir/set.jsonl:1: turn 2 is a number", "expected a string"},
      {"{\"turns\":[-1.5]}", "dir/set.jsonl:1: turn 1 is a number", "expected a string"},
      {"{\"turns\":[true]}", "dir/set.jsonl:1: turn 1 is a boolean", "expected a string"},
      {"{\"turns\":[{\"role\":\"user\"}]}", "dir/set.jsonl:1: turn 1 is an object", "a string"},
      {"{\"turns\":[\"a\"],\"id\":7}", "dir/set.jsonl:1: \"id\" is a number", "a string"},
      {"{\"turns\":[\"a\"],\"id\":[]}", "dir/set.jsonl:1: \"id\" is a list", "a string"},
      {"{\"turns\":[\"a\"],\"id\":\"\"}", "dir/set.jsonl:1: \"id\" is \"\"", "1 to 200 bytes"},
      {"{\"turns\":[\"a\"],\"id\":\"a\\nb\"}", "dir/set.jsonl:1: \"id\" is \"a\\x0ab\"", "control"},
      {"{\"turn\":[\"a\"]}", "dir/set.jsonl:1: unknown key \"turn\"", "\"turns\", \"id\""},
      {"{\"turns\":[\"a\"],\"turns\":[\"b\"]}",
       "dir/set.jsonl:1: byte 22: found the key \"turns\" twice", "unique"},
      {"{\"id\":\"a\",\"id\":\"a\",\"turns\":[\"b\"]}",
       "dir/set.jsonl:1: byte 14: found the key \"id\" twice", "unique"},
      {"{\"turns\":[\"a\"]}\n{\"turns\":[\"\xFF\"]}",
       "dir/set.jsonl:2: byte 12: found ill-formed text \"\\xff", "UTF-8"},
      {"{\"turns\":[\"\\ud800\"]}", "dir/set.jsonl:1: byte 18", "expected JSON"},
      {"{\"id\":\"a\",\"turns\":[\"x\"]}\n\n{\"id\":\"a\",\"turns\":[\"y\"]}",
       "dir/set.jsonl:3: id \"a\" was used before", "unique"},
      {"{\"turns\":[\"x\"]}\n{\"id\":\"set:1\",\"turns\":[\"y\"]}",
       "dir/set.jsonl:2: id \"set:1\" was used before", "unique"},
  };
  for (const Case& c : kCases) {
    EXPECT_THAT(ProblemOf(c.text), AllOf(StartsWith(c.start), HasSubstr(c.part))) << c.text;
  }
}

TEST(Jsonl, RefusesWhatFollowsANulByte) {
  const std::string line = "{\"turns\":[\"a\"]}";
  EXPECT_THAT(ProblemOf(line + std::string(1, '\0') + "tail\n" + line),
              StartsWith("dir/set.jsonl:1: byte 16: found a NUL byte"));
}

TEST(Jsonl, RefusesNestingAtOnceAndKeepsMessagesShort) {
  const size_t kDepth = 4u << 20;
  EXPECT_THAT(ProblemOf("{\"turns\":" + std::string(kDepth, '[')), HasSubstr("nested deeper"));
  EXPECT_THAT(ProblemOf(std::string(kDepth, '[')), HasSubstr("nested deeper"));
  std::string objects;
  for (size_t i = 0; i < 100000; ++i) objects += "{\"turns\":";
  EXPECT_THAT(ProblemOf(objects), HasSubstr("nested deeper"));
  EXPECT_LT(ProblemOf("{\"turns\":[" + std::string(1u << 20, 'x')).size(), 300u);
  EXPECT_LT(ProblemOf("{\"" + std::string(1u << 20, 'k') + "\":1}").size(), 300u);
}

TEST(Jsonl, ReadsAFileAndReportsAMissingOne) {
  const TemporaryFolder folder;
  const auto path = folder / "jsonl_test_workload.jsonl";
  std::ofstream(path) << "{\"turns\": [\"hello\"]}\n";
  EXPECT_EQ(ReadJsonl(path.string()).items[0].key, "jsonl_test_workload:1");
  std::ofstream(path, std::ios::trunc).close();
  EXPECT_THROW(ReadJsonl(path.string()), Error);
  std::filesystem::remove(path);
  try {
    ReadJsonl(path.string());
    FAIL() << "read a missing file";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    EXPECT_THAT(error.what(), HasSubstr(path.string()));
  }
}

}  // namespace
}  // namespace dsb
