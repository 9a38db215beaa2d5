#include "engines/decoding/phase_timer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dsb {
namespace {

using testing::ElementsAre;

class ListingObserver : public PhaseObserver {
 public:
  void OnPhaseBegin(Phase phase, void* stream) override {
    events.push_back(std::string("+") + PhaseName(phase));
    streams.push_back(stream);
  }
  void OnPhaseEnd(Phase phase, void* stream) override {
    events.push_back(std::string("-") + PhaseName(phase));
    streams.push_back(stream);
  }
  std::vector<std::string> events;
  std::vector<void*> streams;
};

class PhaseTimerTest : public testing::Test {
 protected:
  StepResult Step(const Instrumentation& instrumentation, void* stream = nullptr) {
    StepResult result;
    clock_.SleepUntilNs(100);
    PhaseTimer timer(clock_, pool_, instrumentation, result, stream);
    clock_.SleepUntilNs(110);
    timer.Begin(Phase::kDraft);
    clock_.SleepUntilNs(130);
    timer.End(Phase::kDraft);
    timer.Begin(Phase::kVerify);
    clock_.SleepUntilNs(170);
    timer.End(Phase::kVerify);
    clock_.SleepUntilNs(175);
    timer.Finish();
    return result;
  }

  VirtualClock clock_;
  ThreadPool pool_{1};
};

TEST_F(PhaseTimerTest, EveryNanosecondBelongsToOnePhase) {
  const StepResult result = Step({});
  EXPECT_EQ(result.start_ns, 100);
  EXPECT_EQ(result.wall_ns, 75);
  EXPECT_EQ(result.phases[static_cast<int>(Phase::kDraft)].wall_ns, 30);
  EXPECT_EQ(result.phases[static_cast<int>(Phase::kVerify)].wall_ns, 40);
  EXPECT_EQ(result.phases[static_cast<int>(Phase::kOther)].wall_ns, 5);
}

TEST_F(PhaseTimerTest, WithoutPhaseTimesTheStepStillHasItsWallTime) {
  const StepResult result = Step({.phase_times = false, .observer = nullptr});
  EXPECT_EQ(result.start_ns, 100);
  EXPECT_EQ(result.wall_ns, 75);
  for (const PhaseSpan& span : result.phases) {
    EXPECT_EQ(span.wall_ns, 0);
    EXPECT_EQ(span.thread_cpu_ns, 0);
  }
}

TEST_F(PhaseTimerTest, TheObserverSeesPhasesInPairsWithTheirStream) {
  ListingObserver observer;
  int stream = 0;
  Step({.phase_times = false, .observer = &observer}, &stream);
  EXPECT_THAT(observer.events, ElementsAre("+draft", "-draft", "+verify", "-verify"));
  EXPECT_THAT(observer.streams, ElementsAre(&stream, &stream, &stream, &stream));
}

}  // namespace
}  // namespace dsb
