#include "harness/run/run_session.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.h"
#include "results/store/sqlite.h"
#include "tests/harness/run/session_fixture.h"

namespace dsb {
namespace {

using Key = std::pair<std::string, int64_t>;  // item, repeat

std::map<Key, std::vector<int32_t>> Outputs(const RunData& data) {
  std::map<Key, std::vector<int32_t>> outputs;
  for (const RequestRow& row : data.requests) {
    if (row.request.phase != "measured") continue;
    outputs[{row.prompt.item_key, row.request.repeat}] = row.request.output_ids;
  }
  return outputs;
}

void ExpectDistinctStepsAndMonotoneTimes(const RunData& data) {
  std::set<int64_t> steps;
  for (const StepRecord& step : data.steps) EXPECT_TRUE(steps.insert(step.idx).second);
  for (const RequestRow& row : data.requests) {
    for (const RoundRecord& round : row.request.rounds) {
      EXPECT_TRUE(steps.contains(round.step_idx.value_or(-1)));
    }
    EXPECT_LE(row.request.scheduled_ns, row.request.issued_ns);
    EXPECT_LE(row.request.issued_ns, row.request.admitted_ns);
    EXPECT_LT(row.request.admitted_ns, row.request.finished_ns);
  }
}

TEST_F(SessionTest, StoresEveryRequestOfEveryArm) {
  const RunSummary summary = Run();
  EXPECT_FALSE(summary.interrupted);
  ASSERT_EQ(summary.run_ids.size(), 2u);
  const RunData plain = Read(summary.run_ids[0]);
  const RunData drafted = Read(summary.run_ids[1]);
  EXPECT_EQ(plain.run.state, "complete");
  EXPECT_EQ(plain.run.drafter, "none");
  EXPECT_EQ(plain.run.draft_length, 0);
  EXPECT_EQ(plain.run.policy, "none");
  EXPECT_EQ(drafted.run.drafter, "dspark");
  EXPECT_EQ(drafted.run.draft_length, 3);
  EXPECT_EQ(drafted.run.policy, "fixed");
  EXPECT_EQ(drafted.num_segments, 1);
  EXPECT_EQ(drafted.run.load_mode, "closed");
  EXPECT_EQ(drafted.run.users, 1);
  EXPECT_EQ(drafted.run.clock, "virtual");
  EXPECT_TRUE(drafted.flags.contains("synthetic_acceptance"));
  EXPECT_EQ(plain.requests.size(), 8u);
  EXPECT_EQ(NumMeasured(plain), 6);
  EXPECT_EQ(NumMeasured(drafted), 6);
  EXPECT_EQ(Outputs(plain), Outputs(drafted));
  ExpectDistinctStepsAndMonotoneTimes(plain);
  ExpectDistinctStepsAndMonotoneTimes(drafted);
}

TEST_F(SessionTest, AnArmsTimeStandsStillWhileTheOtherRuns) {
  const RunSummary summary = Run();
  const RunData plain = Read(summary.run_ids[0]);
  // Two warm-up and six measured requests of 8 tokens, one step each, without a gap.
  EXPECT_EQ(plain.run.duration_ns, 8 * 8 * kTestStepNs);
  for (size_t i = 1; i < plain.steps.size(); ++i) {
    EXPECT_EQ(plain.steps[i].t_start_ns,
              plain.steps[i - 1].t_start_ns + plain.steps[i - 1].wall_ns);
  }
}

TEST_F(SessionTest, ResumeRunsOnlyWhatIsMissing) {
  inputs_.options.repeats = 2;
  const RunSummary whole = Run();
  const auto expected = Outputs(Read(whole.run_ids[1]));
  std::filesystem::remove(path_);
  const RunSummary first = Run(60 * kTestStepNs);
  ASSERT_TRUE(first.interrupted);
  const int64_t done = NumMeasured(Read(first.run_ids[0])) + NumMeasured(Read(first.run_ids[1]));
  EXPECT_GT(done, 0);
  EXPECT_LT(done, 24);
  for (const RunRecord& run : Runs()) EXPECT_EQ(run.state, "interrupted");

  inputs_.options.resume = true;
  const RunSummary second = Run();
  EXPECT_FALSE(second.interrupted);
  EXPECT_EQ(second.run_ids, first.run_ids);
  EXPECT_EQ(second.num_resumed, done);
  for (const int64_t id : second.run_ids) {
    const RunData data = Read(id);
    EXPECT_EQ(data.run.state, "complete");
    EXPECT_EQ(data.num_segments, 2);
    EXPECT_TRUE(data.flags.contains("resumed"));
    EXPECT_EQ(NumMeasured(data), 12);
    EXPECT_EQ(Outputs(data), expected);
    ExpectDistinctStepsAndMonotoneTimes(data);
  }
  EXPECT_TRUE(Run().was_complete);
}

// Whatever the moment of the interrupt, a resume completes the run with the same tokens.
TEST_F(SessionTest, ResumeWorksFromEveryMoment) {
  inputs_.prompts.resize(2);
  inputs_.options.warmup = 1;
  inputs_.options.max_tokens = 4;
  const auto expected = Outputs(Read(Run().run_ids[0]));
  for (int64_t ms = 1; ms <= 20; ++ms) {
    std::filesystem::remove(path_);
    inputs_.options.resume = false;
    Run(ms * kTestStepNs);
    inputs_.options.resume = true;
    for (const int64_t id : Run().run_ids) EXPECT_EQ(Outputs(Read(id)), expected) << ms;
  }
}

TEST_F(SessionTest, ResumeRefusesAnotherConfigurationAndNamesTheKeys) {
  ASSERT_TRUE(Run(30 * kTestStepNs).interrupted);
  inputs_.options.resume = true;
  inputs_.options.seed = 2;
  inputs_.options.max_tokens = 9;
  try {
    Run();
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    const std::string message = error.what();
    EXPECT_NE(message.find("max_tokens (stored 8, now 9)"), std::string::npos) << message;
    EXPECT_NE(message.find("seed (stored 1, now 2)"), std::string::npos) << message;
    EXPECT_EQ(message.find("command_line"), std::string::npos) << message;
  }
}

void SetConfig(const std::string& path, int64_t run_id, const std::string& config_json) {
  Database(path, path, SQLITE_OPEN_READWRITE)
      .Execute("UPDATE run SET config_json = '" + config_json +
               "' WHERE id = " + std::to_string(run_id));
}

// Of another build, with an option that this one does not know.
TEST_F(SessionTest, ResumeLooksPastRunsOfOtherCommandsThatItCannotRead) {
  const RunSummary other = Run();
  SetConfig(path_, other.run_ids[0], R"({"session":"x","later_option":1})");
  SetConfig(path_, other.run_ids[1], R"({"session":"x","later_option":1})");
  ASSERT_TRUE(Run(30 * kTestStepNs).interrupted);
  inputs_.options.resume = true;
  const RunSummary resumed = Run();
  EXPECT_FALSE(resumed.interrupted);
  EXPECT_EQ(resumed.run_ids, (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(NumMeasured(Read(4)), 6);
}

TEST_F(SessionTest, ResumeNamesARunOfItsOwnThatItCannotRead) {
  const RunSummary first = Run(30 * kTestStepNs);
  const std::string session =
      ConfigFromJson(Read(first.run_ids[0]).run.config_json, "stored").session;
  inputs_.options.resume = true;
  for (const std::string& config : {std::string(R"({"later_option":1})"),
                                    R"({"later_option":1,"session":")" + session + R"("})"}) {
    SetConfig(path_, first.run_ids[1], config);
    try {
      Run();
      FAIL() << "expected an error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      EXPECT_NE(std::string(error.what()).find("run 2: its configuration: unknown key"),
                std::string::npos)
          << error.what();
    }
    EXPECT_EQ(Runs().size(), 2u);
  }
}

TEST_F(SessionTest, ResumeOfAnEmptyFileStartsAfresh) {
  inputs_.options.resume = true;
  EXPECT_EQ(NumMeasured(Read(Run().run_ids[0])), 6);
}

// The n-th step of the second arm fails, for n = 1, 2, ... until the run succeeds.
TEST_F(SessionTest, AFailingEngineLosesNothingThatHadFinished) {
  inputs_.prompts.resize(2);
  inputs_.options.warmup = 0;
  inputs_.options.max_tokens = 4;
  backend_.failing_arm = "none";
  bool succeeded = false;
  int64_t n = 0;
  while (!succeeded) {
    ASSERT_LT(n, 100);
    backend_.fail_at_step = ++n;
    std::filesystem::remove(path_);
    try {
      Run();
      succeeded = true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kResource);
    }
    const std::vector<RunRecord> runs = Runs();
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(runs[0].state, succeeded ? "complete" : "failed");
    EXPECT_EQ(runs[1].state, succeeded ? "complete" : "interrupted");
    EXPECT_EQ(NumMeasured(Read(runs[0].id)), (n - 1) / 4);
    if (!succeeded) {
      EXPECT_NE(runs[0].failure.value_or("").find("fails as asked"), std::string::npos);
    }
  }
  EXPECT_EQ(n, 9);  // two requests of four steps
}

TEST_F(SessionTest, ARequestInErrorMarksTheRunAsFailedAndKeepsTheRest) {
  backend_.failing_arm = "dspark";
  backend_.error_at_step = 20;
  const RunSummary summary = Run();
  EXPECT_EQ(summary.num_errors, 1);
  EXPECT_EQ(summary.first_error, "null engine: request fails as asked");
  EXPECT_EQ(Read(summary.run_ids[0]).run.state, "complete");
  const RunData failed = Read(summary.run_ids[1]);
  EXPECT_EQ(failed.run.state, "failed");
  EXPECT_EQ(NumMeasured(failed), 6);
}

TEST_F(SessionTest, SeveralUsersKeepTheTokens) {
  const auto expected = Outputs(Read(Run().run_ids[1]));
  std::filesystem::remove(path_);
  inputs_.options.concurrency = 3;
  const RunSummary summary = Run();
  EXPECT_EQ(Outputs(Read(summary.run_ids[0])), expected);
  EXPECT_EQ(Outputs(Read(summary.run_ids[1])), expected);
  EXPECT_EQ(Read(summary.run_ids[1]).run.users, 3);
}

}  // namespace
}  // namespace dsb
