// Commands that compare runs say what they did not compare, and do not pass for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "tests/build_paths.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Arguments = std::vector<std::string>;

class Vacuous : public testing::Test {
 protected:
  Vacuous() {
    std::ofstream lines(Path("w.jsonl"));
    for (int i = 0; i < 12; ++i) lines << "{\"turns\": [\"prompt " << i << "\"]}\n";
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  // Runs the scripted engine into NAME.
  void Run(const std::string& name, const Arguments& more) const {
    Arguments arguments = {"run",           "--engine", "null",     "--no-report",    "--workload",
                           Path("w.jsonl"), "--output", Path(name), "--null-step-us", "100"};
    const bool limits = std::find(more.begin(), more.end(), "--max-tokens") != more.end();
    if (!limits) arguments.insert(arguments.end(), {"--max-tokens", "8"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ChildResult result = RunHere(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  void Simulate(const std::string& name, const Arguments& more) const {
    Arguments arguments = {"run",           "--engine", "simulated",  "--no-report",  "--workload",
                           Path("w.jsonl"), "--output", Path(name),   "--max-tokens", "8",
                           "--cost-table",  kTable,     "--drafters", "dspark:5"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ChildResult result = RunHere(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  static void ExpectRefused(const Arguments& arguments, const std::string& part) {
    const ChildResult result = RunHere(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_THAT(result.err, HasSubstr(part));
  }

  static constexpr const char* kTable = DSB_SOURCE_DIR "/published/v4-flash-b300-tp4.cost.json";
  const TemporaryFolder folder_;
};

TEST_F(Vacuous, ACrosscheckNamesWhatOneFileAloneHas) {
  Run("a.db", {"--drafters", "none,dspark"});
  Run("b.db", {"--drafters", "none,eagle3"});
  const ChildResult text = RunHere({"crosscheck", Path("a.db"), Path("b.db")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("Not compared: dspark of the first file: not in the second"),
                    HasSubstr("Not compared: eagle3 of the second file: not in the")));
  const ChildResult json = RunHere({"crosscheck", Path("a.db"), Path("b.db"), "--format", "json"});
  EXPECT_THAT(json.out, HasSubstr("\"not compared\""));
}

TEST_F(Vacuous, ACrosscheckOfOtherQuestionsIsRefused) {
  Run("a.db", {"--drafters", "none,dspark:7"});
  Run("shorter.db", {"--drafters", "none,dspark:7", "--max-tokens", "5"});
  Run("three.db", {"--drafters", "none,dspark:3"});
  Run("one.db", {"--drafters", "none,dspark:7", "--limit", "1"});
  ExpectRefused({"crosscheck", Path("a.db"), Path("shorter.db")}, "max_tokens (first 8, second 5)");
  ExpectRefused({"crosscheck", Path("a.db"), Path("three.db")}, "draft_length (first 7, second 3)");
  const ChildResult one = RunHere({"crosscheck", Path("a.db"), Path("one.db"), "--format", "json"});
  EXPECT_EQ(one.exit_code, 4);
  EXPECT_THAT(one.out, HasSubstr("only 1 of 12 answers could be compared"));
}

TEST_F(Vacuous, TextsOfNoTwoAnswersAreRefused) {
  Run("plain.db", {"--drafters", "none"});
  ExpectRefused({"compare", Path("plain.db"), "--texts"}, "no two greedy answers to one prompt");
  Run("plain.db", {"--drafters", "none", "--repeats", "2"});
  Run("plain.db", {"--drafters", "dspark", "--temperature", "1"});
  const ChildResult result = RunHere({"compare", Path("plain.db"), "--texts"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Not compared: dspark fixed 7 #3: its answers are sampled"));
}

TEST_F(Vacuous, ABridgeStandsOnTwoArmsOfOneQuestion) {
  const auto serve = [&](const std::string& name, const char* arms, const char* users,
                         const char* tokens) {
    Run(name, {"--load", "closed", "--requests", "24", "--drafters", arms, "--concurrency", users,
               "--max-tokens", tokens});
  };
  serve("a.db", "mtp1:1,dspark", "1", "8");
  serve("a.db", "mtp1:1,dspark", "4", "8");
  serve("other.db", "dspark", "1", "6");
  const Arguments good = {"bridge",   Path("a.db:mtp1"), Path("a.db:dspark"), "--users", "4",
                          "--format", "markdown",        "--resamples",       "100"};
  const ChildResult result = RunHere(good);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("left out")));
  ExpectRefused({"bridge", Path("a.db:dspark"), Path("a.db:dspark")}, "is on both sides");
  ExpectRefused({"bridge", Path("a.db:mtp1"), Path("other.db:dspark")},
                "max_tokens (baseline 8, candidate 6)");
  // The newest run of the arm decides which question; those of another do not mix with it.
  serve("a.db", "dspark", "4", "6");
  serve("a.db", "mtp1:1,dspark", "4", "8");
  EXPECT_THAT(RunHere(good).out, HasSubstr("1 run of that arm with another"));
}

TEST_F(Vacuous, AValidationHoldsEqualLoadsAndTheTableThatWasUsed) {
  const auto closed = [](const char* users) {
    return Arguments{"--load", "closed", "--requests", "24", "--concurrency", users};
  };
  const auto with = [](Arguments arguments, const Arguments& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  Run("real.db", with(closed("4"), {"--drafters", "dspark:5"}));
  Run("real.db", with(closed("2"), {"--drafters", "dspark:5"}));
  Simulate("sim.db", with(closed("4"), {"--acceptance", "model:3"}));
  const Arguments validate = {"validate", Path("real.db"), Path("sim.db"), "--cost-table",
                              kTable,     "--resamples",   "100"};
  const ChildResult text = RunHere(validate);
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("users 2"));
  EXPECT_THAT(text.out, HasSubstr("has no simulated twin"));
  const ChildResult json = RunHere(with(validate, {"--format", "json"}));
  EXPECT_EQ(nlohmann::json::parse(json.out)["left_out"].size(), 1U) << json.out;
  std::ifstream table(kTable);
  std::string other((std::istreambuf_iterator<char>(table)), {});
  std::ofstream(Path("other.json")) << other << '\n';
  ExpectRefused({"validate", Path("real.db"), Path("sim.db"), "--cost-table", Path("other.json")},
                "none is what run 1");
  // One token an answer has no speed: no figure is made of it.
  Run("short.db", with(closed("4"), {"--drafters", "dspark:5", "--max-tokens", "2"}));
  const ChildResult differs = RunHere(
      {"validate", Path("short.db"), Path("sim.db"), "--cost-table", kTable, "--resamples", "100"});
  EXPECT_EQ(differs.exit_code, 0) << differs.err;
  EXPECT_THAT(differs.out, HasSubstr("max_tokens (measured 2, simulated 8)"));
  EXPECT_THAT(differs.out, AllOf(Not(HasSubstr("inf")), Not(HasSubstr("nan"))));
}

// A command that passes over what it was told reads as if it had done it.
TEST_F(Vacuous, OptionsThatChangeNothingAreRefused) {
  Run("a.db", {"--drafters", "none,dspark"});
  const std::string a = Path("a.db:1"), b = Path("a.db:2");
  for (const char* mode : {"--self-check", "--print-policy"}) {
    ExpectRefused({"gate", mode, "--baseline", a, "--candidate", b}, "judges no runs");
    ExpectRefused({"gate", mode, "--require", "accepted_length>=1"}, "judges no runs");
  }
  ExpectRefused({"gate", "--record-noise", Path("a.db"), "--baseline", a}, "judges no runs");
  ExpectRefused({"compare", Path("a.db"), "--texts", "--candidate", "dspark"}, "--candidate");
  ExpectRefused({"bridge", "--paper", "--users", "4"}, "--users");
  ExpectRefused({"bridge", "--paper", Path("a.db"), Path("a.db")}, "in place of two files");
  ExpectRefused({"export", Path("a.db"), "--format", "aiperf", "--output", Path("x"), "--target",
                 Path("w.jsonl")},
                "--target");
  ExpectRefused({"export", "dspark", "--format", "gguf", "--output", Path("x"), "--run", "1"},
                "--run");
  ExpectRefused({"fleet", "--cost-table", kTable, "--draft-length", "3"}, "this fleet has none");
  ExpectRefused({"whatif", "--cost-table", kTable, "--acceptance", "model:3", "--devices", "2"},
                "without --cost-table");
}

// Rounds that are replayed decide a simulated run as much as a model's weights decide a real one.
TEST_F(Vacuous, ChangedRoundsAreAnotherAcceptance) {
  const std::string rounds = Path("rounds.db");
  Run("rounds.db", {"--drafters", "dspark:5"});
  Simulate("sim.db", {"--acceptance", rounds});
  Simulate("sim.db", {"--acceptance", rounds, "--resume"});
  std::ifstream file(Path("sim.db"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(bytes.find(folder_.path().string()), std::string::npos);
  Run("rounds.db", {"--drafters", "dspark:5", "--limit", "3"});
  ExpectRefused({"run", "--engine", "simulated", "--no-report", "--workload", Path("w.jsonl"),
                 "--output", Path("sim.db"), "--max-tokens", "8", "--cost-table", kTable,
                 "--drafters", "dspark:5", "--acceptance", rounds, "--resume"},
                "differs from the stored run's in acceptance");
}

}  // namespace
}  // namespace dsb
