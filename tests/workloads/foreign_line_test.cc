// Lines of public forms are refused with the command that converts them, and the command does.
#include "workloads/foreign_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "workloads/workload.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

std::string MessageOf(const std::string& text) {
  try {
    ParseJsonl(text, "w.jsonl");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// Runs the command of the message on `text`.
Workload Converted(const std::string& text, const std::string& message) {
  const TemporaryFolder folder;
  std::ofstream(folder / "OLD.jsonl") << text;
  std::ofstream(folder / "OLD.json") << text;
  const size_t at = message.find("python3 ");
  EXPECT_NE(at, std::string::npos) << message;
  const std::string command = "cd " + folder.path().string() + " && " + message.substr(at);
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return ReadJsonl((folder / "NEW.jsonl").string());
}

TEST(ForeignLine, TheCommandInTheMessageConverts) {
  struct Case {
    const char *name, *line, *turn;
  };
  const Case cases[] = {
      {"chat messages",
       R"({"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Hi"}]})",
       "Hi"},
      {"chat messages", R"({"prompt": [{"role": "user", "content": "Hi"}]})", "Hi"},
      {"\"prompt\"", R"({"prompt": "Hi", "task_id": "HumanEval/0", "test": ""})", "Hi"},
      {"\"question\"", R"({"question": "Hi", "answer": "4"})", "Hi"},
      {"Alpaca", R"({"instruction": "Hi", "input": "", "output": "x"})", "Hi"},
      {"\"problem\"", R"({"problem": "Hi \" ' \\ $x", "level": 1})", "Hi \" ' \\ $x"},
  };
  for (const Case& one : cases) {
    const std::string message = MessageOf(one.line);
    EXPECT_THAT(message, HasSubstr("w.jsonl:1: "));
    EXPECT_THAT(message, HasSubstr(one.name));
    EXPECT_EQ(message.find('\n'), std::string::npos);
    const Workload converted =
        Converted(std::string(one.line) + '\n' + one.line + '\n',
                  message + (std::string(one.line).find("id\"") == std::string::npos
                                 ? ""
                                 : " && sed -i '$d' NEW.jsonl"));  // ids are unique
    ASSERT_FALSE(converted.items.empty());
    EXPECT_EQ(converted.items[0].turns[0], one.turn);
  }
}

TEST(ForeignLine, AnArrayOfAnUnreadFormIsRefusedByEntry) {
  const std::string message = MessageOf(R"([{"turns": ["Hi"]}, {"prompt": "Ho"}])");
  EXPECT_THAT(message, HasSubstr("w.jsonl: entry 2: unknown key \"prompt\""));
}

TEST(ForeignLine, WhatIsOfNoKnownFormGetsNoHint) {
  EXPECT_EQ(ConversionHint("{\"speed\": 3}"), "");
  EXPECT_EQ(ConversionHint("not JSON"), "");
  EXPECT_EQ(ConversionHint("3"), "");
  EXPECT_EQ(MessageOf("{\"speed\": 3}").find("python3"), std::string::npos);
  EXPECT_THAT(ConversionHint("{\"prompt\": \"a\"}", true), HasSubstr("enumerate("));
}

}  // namespace
}  // namespace dsb
