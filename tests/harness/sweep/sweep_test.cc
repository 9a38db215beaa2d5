// A sweep over the null engine: every point of every pass once, resumable, with its table.
#include "harness/sweep/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "harness/sweep/max_load.h"
#include "harness/sweep/stored_points.h"
#include "reports/report/report.h"
#include "results/run_facts.h"
#include "results/store/reader.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

class SweepTest : public testing::Test {
 protected:
  SweepTest() {
    run_.engine = "null";
    run_.null_step_us = 100;
    run_.load = kLoadClosed;
    run_.drafters = {"none", "dspark"};
    run_.max_tokens = 4;
    run_.requests = 24;
    run_.warmup = 1;
    run_.threads = 1;
    run_.output = (folder_ / "sweep.db").string();
    const std::string path = (folder_ / "work.jsonl").string();
    std::ofstream file(path);
    for (int i = 0; i < 4; ++i) file << "{\"turns\": [\"prompt " << i << "\"]}\n";
    run_.workloads = {path};
    sweep_.points = {"1", "2"};
    sweep_.passes = 2;
  }
  ExitCode Sweep() {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const ExitCode code = ExecuteSweep(run_, sweep_, {.arguments = arguments_, .given = {}});
    ::testing::internal::GetCapturedStderr();
    out_ = ::testing::internal::GetCapturedStdout();
    return code;
  }
  std::vector<RunRecord> Runs() const {
    return ReadRuns(Store(run_.output, {.mode = Store::Mode::kReadOnly}));
  }

  const TemporaryFolder folder_;
  const std::vector<std::string> arguments_ = {"sweep"};
  RunOptions run_;
  SweepOptions sweep_;
  std::string out_;
};

TEST_F(SweepTest, RunsEachPointOnceAPassTheArmsInTurn) {
  EXPECT_EQ(Sweep(), ExitCode::kDone);
  std::vector<std::string> order;
  for (const RunRecord& run : Runs()) {
    order.push_back(std::to_string(*run.users) + " " + run.drafter);
    EXPECT_EQ(run.state, "complete");
  }
  EXPECT_EQ(order, (std::vector<std::string>{"1 none", "1 dspark", "2 none", "2 dspark", "2 dspark",
                                             "2 none", "1 dspark", "1 none"}));
  EXPECT_THAT(out_, ::testing::HasSubstr("users 2"));
  EXPECT_THAT(out_, ::testing::HasSubstr("dominated"));
}

TEST_F(SweepTest, JsonIsThePointsThatTheReportHas) {
  sweep_.format = "json";
  EXPECT_EQ(Sweep(), ExitCode::kDone);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["format"], "dsbench-sweep");
  EXPECT_EQ(json["results"], run_.output);
  ASSERT_EQ(json["points"].size(), 4u);
  ReportOptions as_json;
  as_json.format = ReportFormat::kJson;
  const auto report = nlohmann::json::parse(
      RenderReport(Store(run_.output, {.mode = Store::Mode::kReadOnly}), as_json));
  ASSERT_EQ(report["loads"].size(), 1u);
  EXPECT_EQ(report["loads"][0]["points"], json["points"]);
  EXPECT_EQ(report["loads"][0]["statements"].size(), 2u);
}

TEST_F(SweepTest, GoesOnWhereItWasAndMeasuresNothingTwice) {
  sweep_.passes = 1;
  run_.label = "mine";
  sweep_.points = {"1"};
  Sweep();
  const std::vector<RunRecord> before = Runs();
  ASSERT_EQ(before.size(), 2u);
  ExpectBadInput({"holds points of a sweep", "--resume"}, [&] { Sweep(); });
  ::testing::internal::GetCapturedStderr();
  ::testing::internal::GetCapturedStdout();
  run_.resume = true;
  sweep_.points = {"1", "2"};
  EXPECT_EQ(Sweep(), ExitCode::kDone);
  const std::vector<RunRecord> after = Runs();
  ASSERT_EQ(after.size(), 4u);
  EXPECT_EQ(after[0].uuid, before[0].uuid);
  EXPECT_EQ(after[2].users, 2);
}

TEST_F(SweepTest, ResumeNeedsAFileToGoOnWith) {
  run_.resume = true;
  try {
    ExecuteSweep(run_, sweep_, {.arguments = arguments_, .given = {}});
    ADD_FAILURE() << "started a sweep without a word";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("--resume: no results file"));
  }
}

// A resumed sweep may add points of other options to those of one label.
TEST_F(SweepTest, PointsThatWereAskedOtherThingsAreSaid) {
  sweep_.passes = 1;
  sweep_.points = {"1"};
  EXPECT_EQ(Sweep(), ExitCode::kDone);
  EXPECT_THAT(out_, ::testing::Not(::testing::HasSubstr("not asked the same")));
  run_.resume = true;
  run_.max_tokens = 5;
  sweep_.points = {"2"};
  EXPECT_EQ(Sweep(), ExitCode::kDone);
  EXPECT_THAT(out_, ::testing::HasSubstr("not asked the same: max_tokens (first 4, another 5)"));
}

TEST_F(SweepTest, FindsTheLargestRateAtAnSlo) {
  run_.load = kLoadOpen;
  run_.drafters = {"dspark"};
  run_.rate = 2000;
  run_.requests = 20;
  run_.slots = 1;
  run_.slo = "e2e=10s";
  sweep_.points.clear();
  sweep_.find_max_load = true;
  sweep_.attainment = 0.5;
  EXPECT_EQ(Sweep(), ExitCode::kDone);
  EXPECT_THAT(out_, ::testing::HasSubstr("max_load_at_slo"));
  EXPECT_THAT(out_, ::testing::HasSubstr("2000.000"));
  std::set<double> rates;
  for (const RunRecord& run : Runs()) rates.insert(*run.offered_rate_per_s);
  EXPECT_EQ(rates.size(), Runs().size());  // each probe once
  EXPECT_GT(rates.size(), 2u);
  run_.resume = true;  // all is measured
  sweep_.format = "json";
  EXPECT_EQ(Sweep(), ExitCode::kDone);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["format"], "dsbench-max-load");
  nlohmann::json best;  // null on a machine that is too busy for any rate
  std::set<double> probed;
  for (const auto& probe : json["arms"][0]["probes"]) {
    probed.insert(probe["rate_per_s"].get<double>());
    const bool passes = probe["passes"].get<bool>();
    if (passes && (best.is_null() || best < probe["rate_per_s"])) best = probe["rate_per_s"];
  }
  EXPECT_EQ(probed, rates);
  EXPECT_EQ(json["arms"][0]["max_load_at_slo"], best);
}

TEST_F(SweepTest, RefusesWhatIsNoPoint) {
  const auto refuse = [&](const std::vector<std::string>& words) {
    ExpectBadInput(words,
                   [&] { ExecuteSweep(run_, sweep_, {.arguments = arguments_, .given = {}}); });
  };
  sweep_.points = {"1.5"};
  refuse({"--points", "users", "1.5"});
  for (const char* again : {"2", "02"}) {
    sweep_.points = {"2", again};
    refuse({"--points", "twice"});
  }
  sweep_.points = {};
  refuse({"--points is missing"});
  sweep_.find_max_load = true;
  refuse({"--find-max-load", "--load open"});
  run_.load = kLoadOpen;
  refuse({"--find-max-load", "--slo"});
  run_.load = kLoadBatch;
  refuse({"--load batch"});
}

TEST(StoredPoints, ALabelNamesItsPass) {
  EXPECT_EQ(PassOf(PassLabel("a", 2, 5), "a"), 3);
  EXPECT_EQ(PassOf(PassLabel("", 0, 1), ""), 1);
  EXPECT_FALSE(PassOf(PassLabel("a", 2, 5), "b"));
  EXPECT_FALSE(PassOf("a, pass x of 5", "a"));
  EXPECT_FALSE(PassOf("a, pass 3", "a"));
}

TEST(MaxLoad, ARatePassesIfItsWholeIntervalLiesAboveAndItsLoadMayBeRead) {
  Estimate attainment;
  attainment.value = 0.95;
  attainment.lo = 0.91;
  attainment.hi = 0.98;
  EXPECT_TRUE(Passes(attainment, {"dirty"}, 0.9));
  EXPECT_FALSE(Passes(attainment, {"overload"}, 0.9));
  EXPECT_FALSE(Passes(attainment, {"client_limited"}, 0.9));
  EXPECT_FALSE(Passes(attainment, {}, 0.92));
  EXPECT_FALSE(Passes({}, {}, 0.5));
}

}  // namespace
}  // namespace dsb
