#include "harness/replay/scheduled_load.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/clock.h"
#include "harness/backends/null_engine.h"
#include "harness/replay/queued_engine.h"
#include "tests/harness/replay/replay_fixture.h"

namespace dsb {
namespace {

// Answers take one token, a visit's turns are rows 10 x visit + turn.
class Visits : public VisitRequests {
 public:
  PreparedRequest Make(size_t visit, int32_t turn) override {
    PreparedRequest prepared;
    prepared.prompt_id = static_cast<int64_t>(10 * visit) + turn;
    prepared.engine.id = next_id_++;
    prepared.engine.prompt = {1};
    prepared.engine.max_tokens = max_tokens;
    return prepared;
  }
  void OnAnswer(size_t visit, int32_t turn, const RequestRecord&, const std::string&) override {
    answered.emplace_back(visit, turn);
  }
  int32_t max_tokens = 1;
  std::vector<std::pair<size_t, int32_t>> answered;

 private:
  int64_t next_id_ = 1;
};

// A replay in virtual time with steps of 1 ms.
struct LoadReplay {
  LoadReplay(Schedule drawn, int places) : schedule(std::move(drawn)) {
    engine = std::make_unique<QueuedEngine>(std::make_unique<NullEngine>(
        NullEngineOptions{.max_concurrency = places, .step_ns = kStepNs}, clock));
  }
  Replayer::Outcome Run(std::vector<OpenVisit> open, ScheduledLoad::Options options,
                        int64_t drain_ns = 0) {
    Replayer replayer(*engine, clock, sink, {});
    options.start_ns = clock.NowNs();
    source = std::make_unique<ScheduledLoad>(schedule, std::move(open), visits, options);
    return replayer.Run(*source, stop, drain_ns);
  }
  const RequestRecord& Of(int64_t row) const {
    for (const RequestRecord& record : sink.requests) {
      if (record.prompt_id == row) return record;
    }
    ADD_FAILURE() << "no request of row " << row;
    return sink.requests.front();
  }
  Schedule schedule;
  VirtualClock clock;
  Visits visits;
  CollectingSink sink;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<ScheduledLoad> source;
  std::atomic<bool> stop{false};
};

Schedule At(const std::vector<int64_t>& offsets_ms, std::vector<int64_t> think_ms = {}) {
  Schedule schedule;
  for (int64_t& think : think_ms) think *= kStepNs;
  for (const int64_t offset : offsets_ms) {
    schedule.visits.push_back({.offset_ns = offset * kStepNs, .think_ns = think_ms});
  }
  return schedule;
}

TEST(ScheduledLoad, AnOpenLoopIssuesWhatIsDueWhateverIsInFlight) {
  LoadReplay load(At({0, 1, 2, 3}), 1);
  load.visits.max_tokens = 10;
  load.Run({{.visit = 0}, {.visit = 1}, {.visit = 2}, {.visit = 3}}, {});
  ASSERT_EQ(load.sink.requests.size(), 4u);
  for (int64_t i = 0; i < 4; ++i) {
    const RequestRecord& request = load.Of(10 * i);
    EXPECT_EQ(request.scheduled_ns, i * kStepNs);
    EXPECT_EQ(request.issued_ns, i * kStepNs);
    EXPECT_EQ(request.admitted_ns, 10 * i * kStepNs);  // it waited in the engine's queue
  }
}

TEST(ScheduledLoad, ACapIsAQueueAtTheClientWhoseTimeCounts) {
  LoadReplay load(At({0, 1, 2}), 4);
  load.visits.max_tokens = 10;
  load.Run({{.visit = 0}, {.visit = 1}, {.visit = 2}}, {.client_cap = 1});
  EXPECT_EQ(load.Of(20).scheduled_ns, 2 * kStepNs);
  EXPECT_EQ(load.Of(20).issued_ns, 20 * kStepNs);
  EXPECT_EQ(load.Of(20).first_ns, 21 * kStepNs);
}

TEST(ScheduledLoad, AClosedLoopHasAsManyInFlightAsUsersWhoThink) {
  LoadReplay load(At({0, 0, 0}, {5}), 4);
  const Replayer::Outcome outcome =
      load.Run({{.visit = 0}, {.visit = 1}, {.visit = 2}}, {.users = 2});
  EXPECT_EQ(load.Of(0).scheduled_ns, 0);
  EXPECT_EQ(load.Of(10).scheduled_ns, 0);
  EXPECT_EQ(load.Of(20).scheduled_ns, 6 * kStepNs);  // an answer of one step, five of thought
  EXPECT_EQ(outcome.issuing_stopped_ns, kStepNs);    // the other user finds nothing left
}

TEST(ScheduledLoad, ATurnWaitsForTheAnswerBeforeItAndForItsUserToThink) {
  LoadReplay load(At({0}, {3, 4}), 1);
  load.Run({{.visit = 0, .num_turns = 3}}, {});
  EXPECT_EQ(load.Of(1).scheduled_ns, 4 * kStepNs);
  EXPECT_EQ(load.Of(2).scheduled_ns, 9 * kStepNs);
  EXPECT_EQ(load.visits.answered, (std::vector<std::pair<size_t, int32_t>>{{0, 0}, {0, 1}}));
}

TEST(ScheduledLoad, WhatAnEarlierSegmentAnsweredIsNotAskedAgainAndGapsStay) {
  LoadReplay load(At({0, 50, 53}), 2);
  load.Run({{.visit = 1, .first_turn = 1, .num_turns = 2}, {.visit = 2}}, {});
  ASSERT_EQ(load.sink.requests.size(), 2u);
  EXPECT_EQ(load.Of(11).scheduled_ns, 0);
  EXPECT_EQ(load.Of(20).scheduled_ns, 3 * kStepNs);
}

TEST(ScheduledLoad, ADrainEndsWithWhatIsOpenCancelledAndKept) {
  LoadReplay load(At({0, 1, 2}), 1);
  load.visits.max_tokens = 10;
  const Replayer::Outcome outcome =
      load.Run({{.visit = 0}, {.visit = 1}, {.visit = 2}}, {}, 15 * kStepNs);
  EXPECT_FALSE(outcome.stopped);
  ASSERT_EQ(load.sink.requests.size(), 3u);
  EXPECT_EQ(load.Of(0).phase, "measured");
  EXPECT_EQ(load.Of(0).end_reason, "length");
  EXPECT_EQ(load.Of(10).phase, "drain");
  EXPECT_EQ(load.Of(10).end_reason, "cancelled");
  EXPECT_TRUE(load.Of(10).first_ns);
  EXPECT_EQ(load.Of(20).phase, "drain");
  EXPECT_FALSE(load.Of(20).first_ns);
}

TEST(ScheduledLoad, AnOverloadStopsArrivalsEarlyAndALoadThatCanBeServedDoesNot) {
  std::vector<int64_t> offsets_ms;
  std::vector<OpenVisit> open;
  for (int64_t i = 0; i < 2000; ++i) {
    offsets_ms.push_back(5 * i);
    open.push_back({.visit = static_cast<size_t>(i)});
  }
  LoadReplay late(At(offsets_ms), 1);
  late.visits.max_tokens = 10;  // 10 ms each, one every 5 ms
  late.Run(open, {.stop_if_overloaded = true});
  EXPECT_TRUE(late.source->overloaded());
  EXPECT_LT(late.sink.requests.size(), 500u);
  EXPECT_EQ(static_cast<int64_t>(late.sink.requests.size()) + late.source->num_unasked(), 2000);
  LoadReplay served(At(offsets_ms), 4);
  served.visits.max_tokens = 10;
  served.Run(open, {.stop_if_overloaded = true});
  EXPECT_FALSE(served.source->overloaded());
  EXPECT_EQ(served.sink.requests.size(), 2000u);
}

}  // namespace
}  // namespace dsb
