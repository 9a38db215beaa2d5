#include "harness/replay/replayer.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "harness/backends/null_engine.h"
#include "tests/harness/replay/replay_fixture.h"

namespace dsb {
namespace {

// A replay of `requests` against a scripted engine in virtual time.
struct Replay {
  explicit Replay(NullEngineOptions options, int64_t origin_ns = 0) : engine(options, clock) {
    Replayer::Options replay;
    replay.run_id = 5;
    replay.segment_id = 6;
    replay.origin_ns = origin_ns;
    replay.vocab_size = options.vocab_size;
    replayer = std::make_unique<Replayer>(engine, clock, sink, replay);
  }
  Replayer::Outcome Run(std::vector<PreparedRequest> requests, int users) {
    ClosedLoop source(std::move(requests), {.num_users = users,
                                            .max_in_flight = engine.Describe().max_concurrency,
                                            .start_ns = clock.NowNs()});
    return replayer->Run(source, stop);
  }
  VirtualClock clock;
  NullEngine engine;
  CollectingSink sink;
  std::unique_ptr<Replayer> replayer;
  std::atomic<bool> stop{false};
};

TEST(ReplayerTest, OneUserGivesExactlyTheExpectedRows) {
  Replay replay({.draft_length = 3, .accepted = {2, 0}, .step_ns = kStepNs});
  // 1 prefill token, then 3 + 1 + 3 = 8 tokens in 4 steps.
  const Replayer::Outcome outcome = replay.Run(Requests(2, 8), 1);
  EXPECT_FALSE(outcome.stopped);
  EXPECT_EQ(outcome.issuing_stopped_ns, 8 * kStepNs);
  ASSERT_EQ(replay.sink.requests.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const RequestRecord& request = replay.sink.requests[i];
    const int64_t start_ns = static_cast<int64_t>(i) * 4 * kStepNs;
    EXPECT_EQ(request.run_id, 5);
    EXPECT_EQ(request.segment_id, 6);
    EXPECT_EQ(request.prompt_id, 100 + static_cast<int64_t>(i));
    EXPECT_EQ(request.seed, 7);
    EXPECT_EQ(request.scheduled_ns, start_ns);
    EXPECT_EQ(request.issued_ns, start_ns);
    EXPECT_EQ(request.admitted_ns, start_ns);
    EXPECT_EQ(request.first_ns, start_ns + kStepNs);
    EXPECT_EQ(request.first_burst_tokens, 1);
    EXPECT_EQ(request.finished_ns, start_ns + 4 * kStepNs);
    EXPECT_EQ(request.end_reason, "length");
    EXPECT_FALSE(request.error);
    EXPECT_EQ(request.prompt_ids, (std::vector<int32_t>{1, 2, 3}));
    ASSERT_EQ(request.output_ids.size(), 8u);
    EXPECT_EQ(request.output_ids[7], NullToken(i, 7, 256));
    ASSERT_EQ(request.bursts.size(), 4u);
    const std::vector<int64_t> burst_tokens = {1, 3, 1, 3};
    for (size_t b = 0; b < 4; ++b) {
      EXPECT_EQ(request.bursts[b].num_tokens, burst_tokens[b]);
      EXPECT_EQ(request.bursts[b].t_ns, start_ns + static_cast<int64_t>(b + 1) * kStepNs);
    }
    ASSERT_EQ(request.rounds.size(), 3u);
    EXPECT_EQ(request.rounds[0].step_idx, static_cast<int64_t>(4 * i + 1));
    EXPECT_EQ(request.rounds[0].position, 3);
    EXPECT_EQ(request.rounds[0].proposed, 3);
    EXPECT_EQ(request.rounds[0].accepted, 2);
    EXPECT_EQ(request.rounds[0].committed, 3);
    EXPECT_EQ(request.rounds[0].draft_ids.size(), 3u);
    EXPECT_EQ(request.rounds[0].confidence.size(), 3u);
    EXPECT_EQ(request.rounds[1].accepted, 0);
    EXPECT_EQ(request.rounds[2].verified, 2);  // two tokens and the bonus were left
  }
  ASSERT_EQ(replay.sink.steps.size(), 8u);
  EXPECT_EQ(replay.sink.steps[5].idx, 5);
  EXPECT_EQ(replay.sink.steps[5].t_start_ns, 5 * kStepNs);
  EXPECT_EQ(replay.sink.steps[5].wall_ns, kStepNs);
  EXPECT_EQ(replay.sink.steps[4].num_prefill_tokens, 3);
  EXPECT_EQ(replay.sink.steps[5].num_verify_tokens, 4);
  ASSERT_EQ(replay.sink.steps[5].phases.size(), 1u);
  EXPECT_EQ(replay.sink.steps[5].phases[0].phase, "verify");
  EXPECT_EQ(replay.replayer->counters().tokens, 16);
  EXPECT_EQ(replay.replayer->counters().rounds, 6);
  EXPECT_EQ(replay.replayer->counters().committed_tokens, 14);
}

TEST(ReplayerTest, AUsersNextRequestIsScheduledWhenItsSlotBecameFree) {
  Replay replay({.max_concurrency = 2, .step_ns = kStepNs});
  std::vector<PreparedRequest> requests = Requests(3, 4);
  requests[1].engine.max_tokens = 2;
  const Replayer::Outcome outcome = replay.Run(std::move(requests), 2);
  ASSERT_EQ(replay.sink.requests.size(), 3u);
  EXPECT_EQ(replay.sink.requests[0].prompt_id, 101);
  const RequestRecord& third = replay.sink.requests[2];
  EXPECT_EQ(third.prompt_id, 102);
  EXPECT_EQ(third.scheduled_ns, 2 * kStepNs);
  EXPECT_EQ(third.finished_ns, 6 * kStepNs);
  // From 4 ms on one of the two users has nothing left to ask.
  EXPECT_EQ(outcome.issuing_stopped_ns, 4 * kStepNs);
}

TEST(ReplayerTest, TimesAreRelativeToTheOrigin) {
  Replay replay({.step_ns = kStepNs}, -10);
  replay.Run(Requests(1, 2), 1);
  EXPECT_EQ(replay.sink.requests[0].scheduled_ns, 10);
  EXPECT_EQ(replay.sink.requests[0].bursts[0].t_ns, kStepNs + 10);
  EXPECT_EQ(replay.sink.steps[0].t_start_ns, 10);
}

TEST(ReplayerTest, MoreUsersThanTheEngineTakesWaitInTheClient) {
  Replay replay({.max_concurrency = 1, .step_ns = kStepNs});
  replay.Run(Requests(2, 2), 2);
  const RequestRecord& second = replay.sink.requests[1];
  EXPECT_EQ(second.scheduled_ns, 0);
  EXPECT_EQ(second.issued_ns, 2 * kStepNs);
}

TEST(ReplayerTest, StopCancelsWhatIsInFlightAndReportsOnlyWhatFinished) {
  Replay replay({.max_concurrency = 2, .step_ns = kStepNs});
  struct StoppingSink : CollectingSink {
    void OnStep(StepRecord record) override {
      if (record.idx == 2) *stop = true;
      CollectingSink::OnStep(std::move(record));
    }
    std::atomic<bool>* stop = nullptr;
  } sink;
  sink.stop = &replay.stop;
  std::vector<PreparedRequest> requests = Requests(4, 100);
  requests[0].engine.max_tokens = 3;
  Replayer replayer(replay.engine, replay.clock, sink, {});
  ClosedLoop source(std::move(requests), {.num_users = 2});
  EXPECT_TRUE(replayer.Run(source, replay.stop).stopped);
  ASSERT_EQ(sink.requests.size(), 1u);
  EXPECT_EQ(sink.requests[0].prompt_id, 100);
  // Nothing was left behind in the engine.
  EXPECT_EQ(replay.engine.Step(0).num_requests, 0);
}

TEST(ReplayerTest, ARequestThatEndsInErrorIsReportedAndTheOthersGoOn) {
  Replay replay({.max_concurrency = 2, .step_ns = kStepNs, .error_at_step = 2});
  replay.Run(Requests(2, 3), 2);
  ASSERT_EQ(replay.sink.requests.size(), 2u);
  EXPECT_EQ(replay.sink.requests[0].end_reason, "error");
  EXPECT_EQ(replay.sink.requests[0].error, "null engine: request fails as asked");
  EXPECT_EQ(replay.sink.requests[0].output_ids.size(), 1u);
  EXPECT_EQ(replay.sink.requests[1].end_reason, "length");
  EXPECT_EQ(replay.replayer->counters().errors, 1);
}

// An engine call that fails loses no request that had finished, whichever call it is.
TEST(ReplayerTest, TheNthStepFailsAndEverythingFinishedWasHandedOver) {
  for (int64_t n = 1; n <= 13; ++n) {
    Replay replay({.step_ns = kStepNs, .fail_at_step = n});
    if (n == 13) {  // 4 requests of 3 steps
      EXPECT_NO_THROW(replay.Run(Requests(4, 3), 1));
    } else {
      EXPECT_THROW(replay.Run(Requests(4, 3), 1), Error) << n;
    }
    EXPECT_EQ(replay.sink.requests.size(), static_cast<size_t>((n - 1) / 3)) << n;
    EXPECT_EQ(replay.sink.steps.size(), static_cast<size_t>(n - 1)) << n;
  }
}

// Says more than it may: the replayer must store the request as an error, not as a result.
class LyingEngine : public NullEngine {
 public:
  using NullEngine::NullEngine;
  StepResult Step(int64_t until_ns) override {
    StepResult step = NullEngine::Step(until_ns);
    if (lie) lie(step);
    return step;
  }
  void (*lie)(StepResult& step) = nullptr;
};

TEST(ReplayerTest, ABudgetIsStoredWithItsStep) {
  VirtualClock clock;
  LyingEngine engine({.step_ns = kStepNs}, clock);
  engine.lie = [](StepResult& step) {
    if (!step.rounds.empty()) step.budget_tokens = 5;
  };
  CollectingSink sink;
  Replayer replayer(engine, clock, sink, {});
  ClosedLoop source(Requests(1, 2), {});
  replayer.Run(source, std::atomic<bool>{false});
  ASSERT_EQ(sink.steps.size(), 2u);
  EXPECT_FALSE(sink.steps[0].budget_tokens);
  EXPECT_EQ(sink.steps[1].budget_tokens, 5);
}

// A request in error is held to nothing, but the store takes no round that contradicts itself.
TEST(ReplayerTest, RoundsOfAnErrorThatContradictThemselvesAreLeftOut) {
  for (const int32_t committed : {1, 0}) {
    VirtualClock clock;
    LyingEngine engine({.draft_length = 2, .step_ns = kStepNs}, clock);
    static int32_t said;
    said = committed;
    engine.lie = [](StepResult& step) {
      for (RoundOutcome& round : step.rounds) {
        round.accepted = 0;
        round.committed = said;
      }
      for (TokenBurst& burst : step.bursts) {
        if (step.rounds.empty()) continue;
        burst.end = EndReason::kError;
        burst.error = "gone";
      }
    };
    CollectingSink sink;
    Replayer replayer(engine, clock, sink, {.vocab_size = 256});
    ClosedLoop source(Requests(1, 6), {});
    replayer.Run(source, std::atomic<bool>{false});
    ASSERT_EQ(sink.requests.size(), 1u);
    EXPECT_EQ(sink.requests[0].end_reason, "error");
    EXPECT_EQ(sink.requests[0].rounds.size(), committed == 1 ? 1u : 0u);
    EXPECT_EQ(sink.requests[0].error, committed == 1
                                          ? "gone"
                                          : "gone; its rounds contradict themselves and are left "
                                            "out");
  }
}

TEST(ReplayerTest, BrokenInvariantsBecomeErrors) {
  const std::vector<std::pair<void (*)(StepResult&), const char*>> lies = {
      {[](StepResult& step) {
         for (RoundOutcome& round : step.rounds) round.accepted = round.verified + 1;
       },
       "accepted <= verified"},
      {[](StepResult& step) {
         for (TokenBurst& burst : step.bursts) burst.tokens.back() = 256;
       },
       "impossible token 256"},
      {[](StepResult& step) {
         for (TokenBurst& burst : step.bursts) burst.tokens.push_back(1);
       },
       "burst of 1 tokens with 2 ids"},
      {[](StepResult& step) {
         for (TokenBurst& burst : step.bursts) burst.tokens.push_back(1), ++burst.num_tokens;
       },
       "sum of committed = tokens"},
      {[](StepResult& step) {
         for (RoundOutcome& round : step.rounds) round.committed = 0, round.cut = RoundCut::kStop;
       },
       "round 0: found a"},
      {[](StepResult& step) {
         for (TokenBurst& burst : step.bursts) burst.time_ns = -1;
       },
       "times from 0"},
  };
  for (const auto& [lie, expected] : lies) {
    VirtualClock clock;
    LyingEngine engine({.draft_length = 2, .step_ns = kStepNs}, clock);
    engine.lie = lie;
    CollectingSink sink;
    Replayer replayer(engine, clock, sink, {.vocab_size = 256});
    ClosedLoop source(Requests(1, 6), {});
    replayer.Run(source, std::atomic<bool>{false});
    ASSERT_EQ(sink.requests.size(), 1u);
    EXPECT_EQ(sink.requests[0].end_reason, "error");
    EXPECT_NE(sink.requests[0].error.value_or("").find(expected), std::string::npos)
        << sink.requests[0].error.value_or("");
    EXPECT_TRUE(sink.requests[0].rounds.empty());
  }
}

}  // namespace
}  // namespace dsb
