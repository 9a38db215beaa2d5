// Whatever name is printed for a run is taken where a run is named.
#include "reports/pairing/find_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace dsb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

RunRecord MakeRun(int64_t id, const std::string& drafter, int64_t length,
                  const std::string& config = "{}", const std::string& state = "complete") {
  RunRecord run;
  run.id = id;
  run.drafter = drafter;
  run.policy = drafter == "none" ? "none" : "fixed";
  run.draft_length = length;
  run.config_json = config;
  run.state = state;
  return run;
}

std::vector<RunRecord> Runs() {
  std::vector<RunRecord> runs = {
      MakeRun(1, "none", 0),   MakeRun(2, "dspark", 2),
      MakeRun(3, "dspark", 7), MakeRun(4, "dspark", 7, R"({"threshold": 0.5})"),
      MakeRun(5, "eagle3", 7), MakeRun(6, "dspark", 7, R"({"observers": "on"})"),
      MakeRun(7, "dspark", 2), MakeRun(8, "dspark", 2, "{}", "interrupted"),
  };
  runs[3].policy = "threshold";
  return runs;
}

int64_t Found(const std::string& selector) { return FindRun(Runs(), selector, "baseline").id; }

std::string MessageOf(const std::string& selector) {
  try {
    Found(selector);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  ADD_FAILURE() << selector << ": found run " << Found(selector);
  return "";
}

TEST(FindRun, TakesNumbersAndEveryPrintedForm) {
  EXPECT_EQ(Found("2"), 2);
  EXPECT_EQ(Found("#2"), 2);
  for (const RunRecord& run : Runs()) {
    const std::string id = std::to_string(run.id), name = ShownName(run);
    EXPECT_EQ(Found(name + " #" + id), run.id);        // in comparisons and reports
    EXPECT_EQ(Found(id + " (" + name + ")"), run.id);  // in messages
  }
  EXPECT_EQ(Found("none"), 1);
  EXPECT_EQ(Found("dspark fixed 7"), 3);
  EXPECT_EQ(Found("dspark threshold 0.5 7"), 4);
  EXPECT_EQ(Found("dspark fixed 7 (observed)"), 6);
}

TEST(FindRun, TakesArmsAsTheCommandLineDoes) {
  EXPECT_EQ(Found("dspark:2"), 7);  // the newest complete one
  EXPECT_EQ(Found("dspark:2:fixed"), 7);
  EXPECT_EQ(Found("dspark:7:fixed"), 3);
  EXPECT_EQ(Found("dspark:7:threshold=0.5"), 4);
  EXPECT_EQ(Found("dspark:threshold=0.50"), 4);
  EXPECT_EQ(Found("eagle3"), 5);
  EXPECT_EQ(Found("eagle3:7"), 5);
}

TEST(FindRun, ANameOfSeveralArmsIsNoName) {
  EXPECT_THAT(MessageOf("dspark"),
              AllOf(HasSubstr("baseline run: 'dspark' fits several arms"),
                    HasSubstr("2 (dspark fixed 2)"), HasSubstr("4 (dspark threshold 0.5 7)")));
  EXPECT_THAT(MessageOf("dspark:7"), HasSubstr("fits several arms"));
  EXPECT_THAT(MessageOf(""), HasSubstr("name one"));
  EXPECT_EQ(FindRun({Runs()[0]}, "", "baseline").id, 1);
}

TEST(FindRun, WhatIsNotThereIsSaidWithWhatIs) {
  for (const char* selector :
       {"99", "#99", "dspark fixed 7 #1", "1 (dspark fixed 7)", "dspark:3",
        "dspark:7:threshold=0.6", "dspark:7:threshold=x", "dspark:", "dspark:2:", ":2",
        "dspark fixed", "mtp1", "none:1", "2 ", "dspark:7:fixed:2"}) {
    EXPECT_THAT(MessageOf(selector),
                AllOf(HasSubstr("baseline run '" + std::string(selector) + "'"),
                      HasSubstr("it has 1 (none), 2 (dspark fixed 2)"),
                      HasSubstr("6 (dspark fixed 7 (observed))")));
  }
  EXPECT_EQ(FindRunIfThere({}, "none", "baseline"), nullptr);
}

}  // namespace
}  // namespace dsb
