// Public prompt files that are read as they are, and what of them is refused.
#include "workloads/known_forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "workloads/workload.h"

namespace dsb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(KnownForms, SpecBench) {
  const Workload workload = ParseJsonl(
      R"({"question_id": 81, "category": "writing", "turns": ["Hi", "So"], "reference": []})"
      "\n"
      R"({"question_id": "q-2", "category": "qa", "sub_category": "x", "turns": ["Ho"]})",
      "bench.jsonl");
  ASSERT_EQ(workload.items.size(), 2u);
  EXPECT_EQ(workload.items[0].key, "81");
  EXPECT_EQ(workload.items[0].domain, "writing");
  EXPECT_EQ(workload.items[0].dataset, "bench");
  EXPECT_THAT(workload.items[0].turns, ElementsAre("Hi", "So"));
  EXPECT_EQ(workload.items[1].key, "q-2");
}

TEST(KnownForms, ShareGptIsAnArrayAndItsAnswersAreNotPlayed) {
  const Workload workload = ParseJsonl(
      R"([
 {"id": "x_1", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yes"},
                                 {"from": "human", "value": "So?"}]},
 {"id": "x_2", "conversations": [{"from": "user", "value": "Ho"}]}
])",
      "share.json");
  ASSERT_EQ(workload.items.size(), 2u);
  EXPECT_EQ(workload.items[0].key, "x_1");
  EXPECT_THAT(workload.items[0].turns, ElementsAre("Hi", "So?"));
}

TEST(KnownForms, ChatMessages) {
  const Workload workload = ParseJsonl(
      R"({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "A"}]})",
      "chat.jsonl");
  EXPECT_EQ(workload.items[0].key, "chat:1");
  EXPECT_THAT(workload.items[0].turns, ElementsAre("Hi"));
}

TEST(KnownForms, WhatCannotBePlayedIsRefused) {
  const auto message = [](const std::string& line) -> std::string {
    try {
      ParseJsonl(line, "w.jsonl");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      return error.what();
    }
    return "(none)";
  };
  EXPECT_THAT(message(R"({"messages": [{"role": "system", "content": "S"}]})"),
              HasSubstr("w.jsonl:1: a system message, which is not played"));
  EXPECT_THAT(message(R"({"messages": [{"role": "assistant", "content": "S"}]})"),
              HasSubstr("nothing that a user says"));
  EXPECT_THAT(message(R"({"messages": [{"role": "tool", "content": "S"}]})"),
              HasSubstr("unknown role \"tool\""));
  EXPECT_THAT(message(R"({"messages": [{"role": "user", "content": ""}]})"),
              HasSubstr("a text that is not empty"));
  EXPECT_THAT(message(R"({"messages": [7]})"), HasSubstr("a message without \"role\""));
  EXPECT_THAT(message(R"({"question_id": 1, "turns": ["a"], "speed": 3})"),
              HasSubstr("unknown key \"speed\""));
  EXPECT_THAT(message(R"({"question_id": 1, "turns": []})"), HasSubstr("nothing that a user says"));
  EXPECT_THAT(message(R"({"question_id": 1, "turns": ["a"], "category": "x\ny"})"),
              HasSubstr("without control characters"));
  EXPECT_THAT(message(R"([{"messages": []}])"), HasSubstr("w.jsonl: entry 1: "));
}

}  // namespace
}  // namespace dsb
