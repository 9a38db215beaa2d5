// Replicas behind a router: sums that do not depend on threads, sections that can be killed and
// gone on with, and a router that knows loads.
#include "harness/fleet/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "base/text_file.h"
#include "engines/simulated/smooth_cost.h"
#include "harness/fleet/fleet_command.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

SimulatedArm Plain() {
  SimulatedArm arm{.policy = MakePolicy({.kind = PolicyKind::kNone})};
  arm.cost = MakeSmoothCost({.floor_ms = 10}, {});
  return arm;
}

constexpr SimulatedEngineOptions kEngine = {.max_concurrency = 4, .context_tokens = 1000};

FleetLoad Load(int32_t replicas, Router router) {
  return {.replicas = replicas,
          .router = router,
          .requests_per_s = 95,
          .prompt_tokens = 8,
          .answer_tokens = 11,
          .num_requests = 400};
}

// A prefill and ten rounds of 10 ms each.
TEST(Fleet, CountsWhatItsReplicasDid) {
  FleetLoad load = Load(1, Router::kRoundRobin);
  load.requests_per_s = 1;
  load.num_requests = 50;
  const FleetSums sums = SimulateSection(Plain, kEngine, load);
  EXPECT_EQ(sums.requests, 50);
  EXPECT_EQ(sums.tokens, 50 * 11);
  EXPECT_EQ(sums.rounds, 50 * 10);
  EXPECT_EQ(sums.decode_tokens, 50 * 10);
  EXPECT_EQ(sums.verified_tokens, 50 * 10);
  EXPECT_NEAR(sums.e2e.QuantileMs(0.1), 110, 3);
  EXPECT_NEAR(sums.ttft.QuantileMs(0.1), 10, 0.3);
  EXPECT_GT(sums.span_ns, 30'000'000'000);
}

// Everybody's turn is nobody's choice: a long queue here and an idle replica there.
TEST(Fleet, TheLeastLoadedReplicaKeepsWaitingShort) {
  const FleetSums turns = SimulateSection(Plain, kEngine, Load(3, Router::kRoundRobin));
  const FleetSums least = SimulateSection(Plain, kEngine, Load(3, Router::kLeastLoaded));
  EXPECT_EQ(turns.requests, least.requests);
  EXPECT_EQ(turns.tokens, least.tokens);
  EXPECT_LE(least.ttft.QuantileMs(0.99), turns.ttft.QuantileMs(0.99));
  EXPECT_LT(least.ttft.QuantileMs(0.99),
            SimulateSection(Plain, kEngine, Load(1, Router::kLeastLoaded)).ttft.QuantileMs(0.99));
}

TEST(TimeHistogram, IsWithinItsBuckets) {
  TimeHistogram histogram;
  EXPECT_EQ(histogram.QuantileMs(0.5), 0);
  for (const int64_t ns :
       {int64_t{1}, int64_t{31}, int64_t{1000}, int64_t{123'456'789}, INT64_MAX / 2}) {
    TimeHistogram one;
    one.Add(ns);
    EXPECT_NEAR(one.QuantileMs(0.5) / (static_cast<double>(ns) * 1e-6), 1, 0.032) << ns;
    histogram.Add(one);
  }
  EXPECT_NEAR(histogram.QuantileMs(0.5), 0.001, 0.0001);
}

class FleetCommandTest : public testing::Test {
 protected:
  FleetCommandTest() {
    options_.cost_table = "published/v4-flash-b300-tp4.cost.json";
    options_.acceptance = "model:3.4";
    options_.policy = "lagged";
    options_.replicas = 2;
    options_.concurrency = 8;
    options_.rate = 40;
    options_.requests = 240;
    options_.section_requests = 50;
    options_.prompt_tokens = 64;
    options_.answer_tokens = 40;
    options_.threads = 1;
  }
  std::string Run() const { return RunFleet(options_, "json", 100); }
  const TemporaryFolder folder_;
  FleetCommandOptions options_;
};

TEST_F(FleetCommandTest, AnyNumberOfThreadsSaysTheSame) {
  const std::string one = Run();
  EXPECT_THAT(one, testing::HasSubstr("\"requests\": 240"));
  EXPECT_THAT(one, testing::HasSubstr("\"clock\": \"virtual\""));
  options_.threads = 3;
  EXPECT_EQ(Run(), one);
}

TEST_F(FleetCommandTest, WhatWasKilledGoesOnToTheSameFigures) {
  const std::string whole = Run();
  options_.output = (folder_ / "fleet.json").string();
  EXPECT_EQ(Run(), whole);
  // Killed after some sections: the file as it was before the others.
  std::string text = ReadTextFile(options_.output);
  const size_t third = text.find("{\"section\":2,");
  ASSERT_NE(third, std::string::npos);
  const std::string killed = text.substr(0, third - 1) + "]}\n";
  std::ofstream(options_.output) << killed;
  options_.resume = true;
  EXPECT_EQ(Run(), whole);
  EXPECT_EQ(ReadTextFile(options_.output), text);
  // Another load's sums are not added to these.
  options_.rate = 41;
  EXPECT_THROW(Run(), Error);
}

TEST_F(FleetCommandTest, WhatIsResumedMustBeThereAndBeOfThisRun) {
  options_.output = (folder_ / "fleet.json").string();
  options_.resume = true;
  try {
    Run();
    ADD_FAILURE() << "started a run without a word";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("--resume: no file '" + options_.output));
  }
  EXPECT_FALSE(std::filesystem::exists(options_.output));
  options_.resume = false;
  Run();
  options_.resume = true;
  std::string text = ReadTextFile(options_.output);
  const size_t first = text.find("{\"section\":0,"), second = text.find("{\"section\":1,");
  const std::string twice = text.substr(0, second) + text.substr(first);
  std::ofstream(options_.output) << twice;
  EXPECT_THROW(Run(), Error);
}

// The rounds of a results file are its newest run's: sums of other rounds are not added to these.
TEST_F(FleetCommandTest, OtherRoundsInAFileOfTheSameNameAreAnotherRun) {
  options_.acceptance = folder_ / "rounds.db";
  const auto record = [&](const std::string& survival) {
    const ChildResult run =
        RunHere({"run", "--engine", "simulated", "--drafters", "dspark:5", "--cost-table",
                 options_.cost_table, "--acceptance", survival, "--limit", "4", "--max-tokens",
                 "30", "--warmup", "0", "--no-report", "--output", options_.acceptance});
    ASSERT_EQ(run.exit_code, 0) << run.err;
  };
  record("survival:0.9,0.8,0.7,0.6,0.5");
  options_.requests = 100;
  options_.output = (folder_ / "fleet.json").string();
  const std::string whole = Run();
  options_.resume = true;
  EXPECT_EQ(Run(), whole);
  record("survival:0.5,0.4,0.3,0.2,0.1");
  EXPECT_THROW(Run(), Error);
}

}  // namespace
}  // namespace dsb
