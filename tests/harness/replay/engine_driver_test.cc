#include "harness/replay/engine_driver.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "harness/backends/null_engine.h"

namespace dsb {
namespace {

EngineRequest Request(int64_t id, int32_t max_tokens) {
  EngineRequest request;
  request.id = id;
  request.random_id = static_cast<uint64_t>(id);
  request.prompt = {1, 2};
  request.max_tokens = max_tokens;
  return request;
}

std::vector<int32_t> Expected(int64_t id, int32_t count) {
  std::vector<int32_t> tokens;
  for (int32_t i = 0; i < count; ++i) {
    tokens.push_back(NullToken(static_cast<uint64_t>(id), i, 256));
  }
  return tokens;
}

TEST(EngineDriverTest, CollectsEveryAnswerWithItsRounds) {
  VirtualClock clock;
  NullEngine engine({.draft_length = 3, .accepted = {2}, .max_concurrency = 2}, clock);
  EngineDriver driver(engine, clock);
  driver.Submit(Request(1, 7));
  driver.Submit(Request(2, 4));
  std::map<int64_t, std::vector<int32_t>> ended;
  std::vector<int32_t> accepted;
  while (!driver.idle()) {
    driver.Step(
        [&](const DrivenAnswer& answer, const TokenBurst& burst, const RoundOutcome* round) {
          EXPECT_EQ(answer.id, burst.request_id);
          if (answer.id == 1) accepted.push_back(round == nullptr ? -1 : round->accepted);
          if (answer.end != EndReason::kNone) ended[answer.id] = answer.tokens;
          return true;
        });
  }
  EXPECT_EQ(accepted, (std::vector<int32_t>{-1, 2, 2}));
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[1], Expected(1, 7));
  EXPECT_EQ(ended[2], Expected(2, 4));
}

TEST(EngineDriverTest, WhatIsNoLongerWantedLeavesAtTheNextStepUnheard) {
  VirtualClock clock;
  NullEngine engine({.max_concurrency = 2}, clock);
  EngineDriver driver(engine, clock);
  driver.Submit(Request(1, 100));
  int heard = 0;
  const auto two_bursts = [&](const DrivenAnswer& answer, const TokenBurst&, const RoundOutcome*) {
    ++heard;
    return answer.tokens.size() < 2;
  };
  driver.Step(two_bursts);
  EXPECT_EQ(driver.num_wanted(), 1);
  driver.Step(two_bursts);
  EXPECT_EQ(driver.num_wanted(), 0);
  EXPECT_FALSE(driver.idle());
  driver.Step(two_bursts);
  EXPECT_TRUE(driver.idle());
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(engine.Step(0).num_requests, 0);
}

TEST(EngineDriverTest, CancelledAndFailedAnswersSaySo) {
  VirtualClock clock;
  NullEngine engine({.max_concurrency = 2, .error_at_step = 2}, clock);
  EngineDriver driver(engine, clock);
  driver.Submit(Request(1, 100));
  driver.Submit(Request(2, 100));
  std::map<int64_t, DrivenAnswer> ended;
  for (int step = 0; !driver.idle(); ++step) {
    if (step == 2) driver.CancelAll();
    driver.Step([&](const DrivenAnswer& answer, const TokenBurst&, const RoundOutcome*) {
      if (answer.end != EndReason::kNone) ended[answer.id] = answer;
      return true;
    });
  }
  EXPECT_EQ(ended.at(1).end, EndReason::kError);
  EXPECT_EQ(ended.at(1).error, "null engine: request fails as asked");
  EXPECT_EQ(ended.at(2).end, EndReason::kCancelled);
  EXPECT_EQ(ended.at(2).tokens, Expected(2, 2));
}

}  // namespace
}  // namespace dsb
