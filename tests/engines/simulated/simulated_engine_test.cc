// The engine in virtual time, with costs that are easy to add up: what a step takes, how requests
// wait, end and are cancelled, and that load changes times and nothing else.
#include "engines/simulated/simulated_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "engines/simulated/smooth_cost.h"

namespace dsb {
namespace {

// A pass of B tokens takes 10 + B ms, a block of drafts as much as a pass of its tokens.
SimulatedArm Arm(int32_t draft_length, std::vector<double> survival) {
  SimulatedArm arm{.policy = MakePolicy({})};
  arm.cost = MakeSmoothCost({.floor_ms = 10, .token_ms = 1},
                            {.shape = DraftShape::kBlock, .drafts = draft_length});
  if (draft_length > 0) arm.acceptance = MakeSurvivalAcceptance(std::move(survival));
  arm.draft_length = draft_length;
  return arm;
}

EngineRequest Request(int64_t id, int32_t prompt, int32_t max_tokens) {
  EngineRequest request;
  request.id = id;
  request.random_id = static_cast<uint64_t>(id) * 77;
  request.seed = 1;
  request.prompt.resize(static_cast<size_t>(prompt));
  request.max_tokens = max_tokens;
  return request;
}

int64_t Ms(double ms) { return static_cast<int64_t>(ms * 1e6); }

TEST(SimulatedEngine, ASteppedRequestTakesWhatItsCostSays) {
  VirtualClock clock;
  SimulatedEngine engine(Arm(2, {1, 1}), {.context_tokens = 100, .prefill_chunk_tokens = 4}, clock);
  engine.Admit(Request(7, 6, 6));
  // Two chunks of the prompt, 14 and 12 ms; its first token after the second.
  StepResult step = engine.Step(0);
  EXPECT_EQ(step.wall_ns, Ms(14));
  EXPECT_THAT(step.admitted, testing::ElementsAre(7));
  EXPECT_TRUE(step.bursts.empty());
  step = engine.Step(0);
  EXPECT_EQ(step.wall_ns, Ms(12));
  ASSERT_EQ(step.bursts.size(), 1U);
  EXPECT_EQ(step.bursts[0].num_tokens, 1);
  EXPECT_EQ(step.bursts[0].time_ns, Ms(26));
  EXPECT_EQ(step.num_verify_tokens, 0);
  // 2 drafts of the 4 tokens that are left: draft 12 ms, pass of 3 tokens 13 ms.
  step = engine.Step(0);
  EXPECT_EQ(step.wall_ns, Ms(25));
  EXPECT_EQ(step.phases[static_cast<int>(Phase::kDraft)].wall_ns, Ms(12));
  EXPECT_EQ(step.phases[static_cast<int>(Phase::kVerify)].wall_ns, Ms(13));
  ASSERT_EQ(step.rounds.size(), 1U);
  EXPECT_EQ(step.rounds[0].position, 6);
  EXPECT_EQ(step.rounds[0].proposed, 2);
  EXPECT_EQ(step.rounds[0].accepted, 2);
  EXPECT_EQ(step.rounds[0].committed, 3);
  EXPECT_THAT(step.rounds[0].confidence, testing::ElementsAre(1, 1));
  EXPECT_EQ(step.context_tokens, 6 + 1 + 2);
  // One draft fits before the limit.
  step = engine.Step(0);
  EXPECT_EQ(step.rounds[0].proposed, 1);
  EXPECT_EQ(step.bursts[0].end, EndReason::kLength);
  EXPECT_EQ(engine.Step(0).num_requests, 0);
  EXPECT_EQ(clock.NowNs(), Ms(26 + 25 + 12 + 12));
}

TEST(SimulatedEngine, ClaimsNothingOfTokens) {
  VirtualClock clock;
  const EngineDescription says =
      SimulatedEngine(Arm(1, {0.5}), {.context_tokens = 9}, clock).Describe();
  EXPECT_EQ(says.engine, "simulated");
  EXPECT_FALSE(says.verifies_exactly);
  EXPECT_FALSE(says.reports_ids);
  EXPECT_STREQ(ProvenanceName(says.provenance), "synthetic");
  EXPECT_EQ(says.provenance.note, "time: fit; acceptance: survival by position");
}

TEST(SimulatedEngine, WhoFindsNoRoomInTheCacheWaits) {
  VirtualClock clock;
  SimulatedEngine engine(Arm(0, {}),
                         {.max_concurrency = 3, .context_tokens = 100, .cache_tokens = 20}, clock);
  for (int id = 1; id <= 3; ++id) engine.Admit(Request(id, 6, 3));
  EXPECT_THROW(engine.Admit(Request(4, 6, 3)), Error);
  std::map<int64_t, int> admitted;
  for (int n = 1; n <= 6; ++n) {
    const StepResult step = engine.Step(0);
    for (const int64_t id : step.admitted) admitted[id] = n;
    EXPECT_LE(step.num_requests, 2);
  }
  // Two of 9 positions fit into 20; the third comes when they have ended after a prefill and two
  // rounds.
  EXPECT_THAT(admitted,
              testing::ElementsAre(testing::Pair(1, 1), testing::Pair(2, 1), testing::Pair(3, 4)));
  EXPECT_THROW(engine.Admit(Request(5, 20, 3)), Error);
}

TEST(SimulatedEngine, ACancelledRequestEndsBeforeTheNextStep) {
  VirtualClock clock;
  SimulatedEngine engine(Arm(0, {}), {.max_concurrency = 2, .context_tokens = 100}, clock);
  engine.Admit(Request(1, 4, 50));
  engine.Admit(Request(2, 4, 2));
  engine.Step(0);
  engine.Cancel(1);
  engine.Cancel(99);
  const StepResult step = engine.Step(0);
  ASSERT_EQ(step.bursts.size(), 2U);
  EXPECT_EQ(step.bursts[0].end, EndReason::kCancelled);
  EXPECT_EQ(step.bursts[1].request_id, 2);
  EXPECT_EQ(step.num_verify_tokens, 1);
}

// Fixed lengths: what is accepted depends on the request and its round alone.
TEST(SimulatedEngine, LoadDoesNotChangeARequestsRounds) {
  const auto rounds = [](int32_t concurrency) {
    VirtualClock clock;
    SimulatedEngine engine(Arm(3, {0.8, 0.6, 0.3}),
                           {.max_concurrency = concurrency, .context_tokens = 100}, clock);
    std::map<int64_t, std::vector<int32_t>> accepted;
    int64_t next = 1, in_flight = 0;
    while (next <= 8 || in_flight > 0) {
      for (; next <= 8 && in_flight < concurrency; ++in_flight)
        engine.Admit(Request(next++, 4, 30));
      const StepResult step = engine.Step(0);
      for (const RoundOutcome& round : step.rounds) {
        accepted[round.request_id].push_back(round.accepted);
      }
      for (const TokenBurst& burst : step.bursts) in_flight -= burst.end != EndReason::kNone;
    }
    return accepted;
  };
  const auto alone = rounds(1);
  EXPECT_EQ(alone, rounds(3));
  EXPECT_EQ(alone, rounds(8));
  EXPECT_NE(alone.at(1), alone.at(2));
}

TEST(SimulatedRounds, RefusesAPolicyWithoutConfidences) {
  std::vector<RecordedAnswer> answers(1);
  answers[0] = {.num_tokens = 9, .rounds = {{{}, 1}}};
  SimulatedArm arm{.policy = MakePolicy({.kind = PolicyKind::kThreshold})};
  arm.cost = MakeSmoothCost({.floor_ms = 1}, {});
  arm.acceptance = MakeRecordedAcceptance(answers, 2, "a run");
  arm.draft_length = 2;
  EXPECT_THROW(SimulatedRounds{std::move(arm)}, Error);
  SimulatedArm longer = Arm(2, {0.5});
  EXPECT_THROW(SimulatedRounds{std::move(longer)}, Error);
}

}  // namespace
}  // namespace dsb
