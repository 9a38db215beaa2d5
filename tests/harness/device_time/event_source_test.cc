#include "harness/device_time/event_source.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace dsb {
namespace {

// A device whose events happen when the test says so.
class FakeEvents : public EventApi {
 public:
  struct State {
    int64_t now_ns = 0;
    int64_t done_until_ns = 0;  // events recorded before it have happened
    bool fails = false;
    std::set<void*> alive;
    std::map<void*, int64_t> recorded;
  };
  explicit FakeEvents(State* state) : state_(state) {}
  void* Create() override {
    void* const event = new char;
    state_->alive.insert(event);
    return event;
  }
  void Destroy(void* event) override {
    state_->alive.erase(event);
    delete static_cast<char*>(event);
  }
  bool Record(void* event, void* /*stream*/) override {
    state_->recorded[event] = state_->now_ns;
    return !state_->fails;
  }
  bool IsDone(void* event) override { return state_->recorded.at(event) < state_->done_until_ns; }
  bool Wait(void* event) override {
    state_->done_until_ns = std::max(state_->done_until_ns, state_->recorded.at(event) + 1);
    return true;
  }
  bool ElapsedMs(void* first, void* last, float* ms) override {
    *ms = static_cast<float>(state_->recorded.at(last) - state_->recorded.at(first)) * 1e-6F;
    return true;
  }

 private:
  State* state_;
};

class EventSourceTest : public testing::Test {
 protected:
  void Phase(EventSource& source, uint64_t id, int64_t first_ns, int64_t last_ns) {
    state_.now_ns = first_ns;
    source.BeginPhase(id, nullptr);
    state_.now_ns = last_ns;
    source.EndPhase(id, nullptr);
  }
  FakeEvents::State state_;
};

TEST_F(EventSourceTest, GivesWhatHasHappenedAndKeepsTheRest) {
  EventSource source(std::make_unique<FakeEvents>(&state_));
  source.Start();
  Phase(source, 1, 1'000'000, 3'000'000);
  Phase(source, 2, 3'000'000, 8'000'000);
  state_.done_until_ns = 5'000'000;
  ActivityBatch batch = source.Collect(false);
  ASSERT_EQ(batch.durations.size(), 1u);
  EXPECT_EQ(batch.durations[0].external_id, 1u);
  EXPECT_EQ(batch.durations[0].busy_ns, 2'000'000);
  batch = source.Collect(true);
  ASSERT_EQ(batch.durations.size(), 1u);
  EXPECT_EQ(batch.durations[0].external_id, 2u);
  EXPECT_EQ(batch.durations[0].busy_ns, 5'000'000);
  EXPECT_EQ(batch.num_dropped, 0);
}

TEST_F(EventSourceTest, EventsAreUsedAgainAndGivenBack) {
  {
    EventSource source(std::make_unique<FakeEvents>(&state_));
    source.Start();
    for (uint64_t id = 1; id <= 20; ++id) {
      Phase(source, id, static_cast<int64_t>(id) * 10, static_cast<int64_t>(id) * 10 + 5);
      source.Collect(true);
    }
    EXPECT_EQ(state_.alive.size(), 2u);
    source.BeginPhase(99, nullptr);
  }
  EXPECT_TRUE(state_.alive.empty());
}

TEST_F(EventSourceTest, NothingIsTakenOutsideOfARun) {
  EventSource source(std::make_unique<FakeEvents>(&state_));
  Phase(source, 1, 0, 10);
  source.Start();
  source.Stop();
  Phase(source, 2, 10, 20);
  EXPECT_TRUE(source.Collect(true).durations.empty());
}

TEST_F(EventSourceTest, LostPhasesAreCounted) {
  EventSource source(std::make_unique<FakeEvents>(&state_));
  source.Start();
  state_.fails = true;
  Phase(source, 1, 0, 10);
  state_.fails = false;
  Phase(source, 2, 10, 20);
  const ActivityBatch batch = source.Collect(true);
  EXPECT_EQ(batch.num_dropped, 1);
  EXPECT_EQ(batch.durations.size(), 1u);
}

}  // namespace
}  // namespace dsb
