// The replayer before an engine as a remote server is one: text without ids, neither rounds nor
// steps, requests in any number, and no reason to believe what it says.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "tests/harness/replay/replay_fixture.h"

namespace dsb {
namespace {

// Every request gets two tokens, "ab", in each event until it has its most.
class ForeignEngine : public Engine {
 public:
  explicit ForeignEngine(VirtualClock& clock) : clock_(clock) {
    says.engine = "remote";
    says.reports_rounds = says.reports_steps = says.reports_ids = says.trusted = false;
    says.token_count_source = "usage";
  }
  EngineDescription Describe() const override { return says; }
  void Admit(EngineRequest request) override {
    max_in_flight = std::max(max_in_flight, waiting_.size() + 1);
    waiting_[request.id] = std::move(request);
  }
  void Cancel(int64_t id) override {
    if (!stubborn) waiting_.erase(id), cancelled_.push_back(id);
  }
  StepResult Step(int64_t until_ns) override {
    clock_.SleepUntilNs(std::min(until_ns, clock_.NowNs() + kStepNs));
    StepResult event;
    event.recorded = false;
    for (const int64_t id : cancelled_) Add(event, id, 0, EndReason::kCancelled);
    cancelled_.clear();
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      auto& [id, request] = *next++;
      request.max_tokens -= 2;
      Add(event, id, 2, request.max_tokens > 0 ? EndReason::kNone : last);
      if (request.max_tokens <= 0) waiting_.erase(id);
    }
    if (babbles) Add(event, 77, 1, EndReason::kStop);
    return event;
  }

  EngineDescription says;
  EndReason last = EndReason::kStop;
  bool stubborn = false, babbles = false;
  size_t max_in_flight = 0;

 private:
  void Add(StepResult& event, int64_t id, int32_t num_tokens, EndReason end) {
    TokenBurst& burst = event.bursts.emplace_back();
    burst.request_id = id;
    burst.time_ns = clock_.NowNs();
    burst.num_tokens = num_tokens;
    if (num_tokens > 0) burst.text = "ab";
    burst.end = end;
  }

  VirtualClock& clock_;
  std::map<int64_t, EngineRequest> waiting_;
  std::vector<int64_t> cancelled_;
};

// All requests are due at times of their own, whatever the engine does.
class Timetable : public ArrivalSource {
 public:
  Timetable(std::vector<PreparedRequest> requests, int64_t gap_ns)
      : requests_(std::move(requests)), gap_ns_(gap_ns) {}
  bool Pop(int64_t now_ns, Arrival& arrival) override {
    if (NextDueNs() > now_ns) return false;
    arrival.scheduled_ns = NextDueNs();
    arrival.request = std::move(requests_[next_++]);
    return true;
  }
  int64_t NextDueNs() const override {
    return issuing() ? static_cast<int64_t>(next_) * gap_ns_ : kNeverNs;
  }
  void OnFinished(const RequestRecord& record, const std::string& text, int64_t) override {
    answers[record.prompt_id] = text;
  }
  bool issuing() const override { return next_ < requests_.size(); }
  std::map<int64_t, std::string> answers;

 private:
  std::vector<PreparedRequest> requests_;
  const int64_t gap_ns_;
  size_t next_ = 0;
};

class ForeignEngineTest : public testing::Test {
 protected:
  Replayer::Outcome Run(std::vector<PreparedRequest> requests, int64_t gap_ns = 0) {
    Timetable source(std::move(requests), gap_ns);
    const Replayer::Outcome outcome =
        replayer_.emplace(engine_, clock_, sink_, options_).Run(source, stop_);
    answers_ = source.answers;
    return outcome;
  }

  VirtualClock clock_;
  ForeignEngine engine_{clock_};
  CollectingSink sink_;
  Replayer::Options options_;
  std::optional<Replayer> replayer_;
  std::atomic<bool> stop_{false};
  std::map<int64_t, std::string> answers_;
};

TEST_F(ForeignEngineTest, TextWithoutIdsRoundsAndStepsIsARequestLikeAnyOther) {
  Run(Requests(1, 6));
  ASSERT_EQ(sink_.requests.size(), 1u);
  const RequestRecord& request = sink_.requests[0];
  EXPECT_EQ(request.end_reason, "stop");
  EXPECT_FALSE(request.error) << *request.error;
  EXPECT_FALSE(request.admitted_ns);
  EXPECT_EQ(request.bursts.size(), 3u);
  EXPECT_EQ(request.first_burst_tokens, 2);
  EXPECT_TRUE(request.output_ids.empty());
  EXPECT_TRUE(request.rounds.empty());
  EXPECT_EQ(request.token_count_source, "usage");
  EXPECT_TRUE(sink_.steps.empty());
  EXPECT_EQ(replayer_->counters().tokens, 6);
  EXPECT_EQ(answers_.at(100), "ababab");
}

TEST_F(ForeignEngineTest, ATimeoutIsStoredAsOne) {
  engine_.last = EndReason::kTimeout;
  Run(Requests(1, 2));
  EXPECT_EQ(sink_.requests.at(0).end_reason, "timeout");
  EXPECT_EQ(replayer_->counters().errors, 0);
}

TEST_F(ForeignEngineTest, ADueRequestIsNeverHeldBack) {
  engine_.says.max_concurrency = 1;
  const Replayer::Outcome outcome = Run(Requests(5, 100), 10);
  EXPECT_EQ(engine_.max_in_flight, 5u);
  for (const RequestRecord& request : sink_.requests) {
    EXPECT_EQ(request.scheduled_ns, 10 * (request.prompt_id - 100));
    EXPECT_EQ(request.issued_ns, request.scheduled_ns);
  }
  EXPECT_EQ(outcome.issuing_stopped_ns, 40);
}

TEST_F(ForeignEngineTest, RequestsThatItWasNeverGivenAreCountedAndNamed) {
  engine_.babbles = true;
  Run(Requests(1, 6));
  EXPECT_EQ(sink_.requests.size(), 1u);
  EXPECT_EQ(replayer_->counters().unknown, 3);
  EXPECT_EQ(replayer_->counters().first_unknown_id, 77);
}

using ForeignEngineDeathTest = ForeignEngineTest;
TEST_F(ForeignEngineDeathTest, AnEngineOfOursThatDoesSoIsAProgrammersError) {
  engine_.babbles = engine_.says.trusted = true;
  EXPECT_DEATH(Run(Requests(1, 6)), "trusted");
}

TEST_F(ForeignEngineTest, WhatDoesNotEndWhenCancelledIsRecordedAsAnError) {
  options_.cancel_timeout_ns = 20 * kStepNs;
  stop_ = true;
  Run(Requests(2, 100));  // before anything was issued: nothing to wait for
  EXPECT_TRUE(sink_.requests.empty());

  struct StopAtOnce : Timetable {
    using Timetable::Timetable;
    bool Pop(int64_t now_ns, Arrival& arrival) override {
      *stop = true;
      return Timetable::Pop(now_ns, arrival);
    }
    std::atomic<bool>* stop = nullptr;
  };
  for (const bool stubborn : {false, true}) {
    stop_ = false;
    engine_.stubborn = stubborn;
    StopAtOnce source(Requests(2, 1000), 0);
    source.stop = &stop_;
    const int64_t start_ns = clock_.NowNs();
    EXPECT_TRUE(replayer_.emplace(engine_, clock_, sink_, options_).Run(source, stop_).stopped);
    EXPECT_EQ(replayer_->counters().errors, stubborn ? 2 : 0);
    EXPECT_EQ(source.answers.size(), 2u);
    EXPECT_EQ(clock_.NowNs() - start_ns >= 20 * kStepNs, stubborn);
  }
  ASSERT_EQ(sink_.requests.size(), 2u);
  EXPECT_EQ(sink_.requests[0].end_reason, "error");
  EXPECT_EQ(sink_.requests[0].error, "cancelled, but the engine did not end it within 20 ms");
}

}  // namespace
}  // namespace dsb
