#include "results/checked_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "base/error.h"
#include "results/request_invariants.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using testing::SyntheticRun;

std::string Refusal(RunData data) {
  try {
    CheckRun(std::move(data));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  return "";
}

// Request 6 of run 2 is damaged.
TEST(CheckRun, UnusableRowsAreRefusedByPlace) {
  constexpr int64_t kTooMany = 1'000'000'000'000;
  const std::vector<std::pair<std::string, std::function<void(RunData&, RequestRecord&)>>> cases = {
      {"round 1: found confidence nan, expected a number from 0 to 1",
       [](auto&, auto& request) { request.rounds[1].confidence[2] = std::nanf(""); }},
      {"found confidence inf",
       [](auto&, auto& request) { request.rounds[0].confidence[0] = HUGE_VALF; }},
      {"found confidence -0.5",
       [](auto&, auto& request) { request.rounds[0].confidence[0] = -0.5F; }},
      {"found confidence 1.25",
       [](auto&, auto& request) { request.rounds[0].confidence[0] = 1.25F; }},
      {"never run backwards", [](auto&, auto& request) { request.bursts[2].t_ns = 0; }},
      {"never run backwards", [](auto&, auto& request) { request.finished_ns = 1; }},
      {"burst 1: found 1000000000000 tokens",
       [](auto&, auto& request) { request.bursts[1].num_tokens = kTooMany; }},
      {"found -1 tokens", [](auto&, auto& request) { request.bursts[1].num_tokens = -1; }},
      {"found scheduled -5 ns", [](auto&, auto& request) { request.scheduled_ns = -5; }},
      {"found issued", [](auto&, auto& request) { request.issued_ns = INT64_MIN; }},
      {"found burst", [](auto&, auto& request) { request.bursts.back().t_ns = INT64_MAX; }},
      {"round 0: found 1000000000000",
       [](auto&, auto& request) { request.rounds[0].verified = kTooMany; }},
      {"round 0: found -1", [](auto&, auto& request) { request.rounds[0].committed = -1; }},
      {"step 3: found 9223372036854775807 requests",
       [](auto& data, auto&) { data.steps[3].num_requests = INT64_MAX; }},
      {"step 3: found 4294967297 verified tokens",
       [](auto& data, auto&) { data.steps[3].num_verify_tokens = (int64_t{1} << 32) + 1; }},
      {"step 3: found -1 tokens of a budget",
       [](auto& data, auto&) { data.steps[3].budget_tokens = -1; }},
      {"found 9223372036854775807 prompt tokens",
       [](auto& data, auto&) { data.requests[5].prompt.num_prompt_tokens = INT64_MAX; }},
      {"found -1 tokens of depth",
       [](auto& data, auto&) { data.requests[5].prompt.context_depth_tokens = -1; }},
      {"its row: found temperature inf",
       [](auto& data, auto&) { data.run.temperature = std::numeric_limits<double>::infinity(); }},
      {"its row: found temperature -1", [](auto& data, auto&) { data.run.temperature = -1; }},
      {"its row: found 9223372036854775807 drafts a round",
       [](auto& data, auto&) { data.run.draft_length = INT64_MAX; }},
      {"step 3: found wall time -1", [](auto& data, auto&) { data.steps[3].wall_ns = -1; }},
      {"step 3, verify: found CPU time",
       [](auto& data, auto&) { data.steps[3].phases[1].thread_cpu_ns = INT64_MAX; }},
      {"step and kernel times",
       [](auto& data, auto&) {
         for (StepRecord& step : data.steps) step.wall_ns = kMaxTimeNs;
       }},
      {"request times",
       [](auto& data, auto& request) {
         request.finished_ns = kMaxTimeNs;
         data.requests.insert(data.requests.end(), 500, data.requests[5]);
       }},
      {"tokens of",
       [](auto& data, auto& request) {
         request.bursts.back().num_tokens = 1 << 24;
         data.requests.insert(data.requests.end(), 20, data.requests[5]);
       }},
      {"tokens of",  // as many as take seconds to sort and a gigabyte to hold
       [](auto& data, auto& request) {
         request.bursts.back().num_tokens = 1 << 24;
         data.requests.insert(data.requests.end(), 3, data.requests[5]);
       }},
      {"found number -7", [](auto& data, auto&) { data.run.id = -7; }},
  };
  for (const auto& [part, damage] : cases) {
    RunData data = SyntheticRun({});
    damage(data, data.requests[5].request);
    const std::string message = Refusal(std::move(data));
    EXPECT_THAT(message, HasSubstr(part));
    EXPECT_TRUE(message.starts_with("run ")) << message;
  }
  RunData data = SyntheticRun({});
  data.requests[5].request.bursts[1].num_tokens = kTooMany;
  EXPECT_EQ(Refusal(std::move(data)),
            "run 2, request 6 (item math-1), burst 1: found 1000000000000 tokens, expected at most "
            "16777216 tokens");
}

// What the replayer stored as an error is known to be broken and counts nowhere.
TEST(CheckRun, RequestsThatEndedInErrorAreHeldToTheirBoundsOnly) {
  RunData data = SyntheticRun({});
  RequestRecord& request = data.requests[5].request;
  request.end_reason = "error";
  request.rounds[1].confidence[2] = std::nanf("");
  request.bursts[2].t_ns = 0;
  EXPECT_EQ(Refusal(data), "");
  request.bursts[2].t_ns = -1;
  EXPECT_THAT(Refusal(data), HasSubstr("found burst -1 ns"));
}

TEST(CheckRun, RowsThatContradictEachOtherCanStillBeCounted) {
  RunData data = SyntheticRun({});
  data.requests[5].request.rounds[0].accepted = 9;
  data.steps[3].phases[0].wall_ns = data.steps[3].wall_ns;
  EXPECT_EQ(Refusal(data), "");
}

}  // namespace
}  // namespace dsb
