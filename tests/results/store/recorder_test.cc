// The recorder's queue, batches, order, stalls and failures.
#include "results/store/recorder.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "results/store/sqlite.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using RecorderTest = StoreFixture;

TEST_F(RecorderTest, FlushCommitsEverythingAdded) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  Recorder recorder(store, {});
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  for (int64_t i = 0; i < 30; ++i) {
    recorder.Add(SampleRequest(ids, i));
    recorder.Add(SampleStep(ids.run, i));
    if (i % 7 == 0) {
      recorder.Flush();
      EXPECT_EQ(other.Int("SELECT count(*) FROM request"), i + 1);
      EXPECT_EQ(other.Int("SELECT count(*) FROM step"), i + 1);
    }
  }
  recorder.Finish();
  EXPECT_EQ(other.Int("SELECT count(*) FROM request"), 30);
  EXPECT_EQ(other.Int("SELECT count(*) FROM step"), 30);
  EXPECT_EQ(other.Int("SELECT count(*) FROM round"), 60);
  EXPECT_EQ(recorder.stall_ns(), 0);
}

TEST_F(RecorderTest, RequestsAreWrittenWithoutBeingAsked) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  Recorder recorder(store, {});
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  recorder.Add(SampleRequest(ids, 0));
  recorder.Add(SampleStep(ids.run, 0));
  while (other.Int("SELECT count(*) FROM request") == 0) std::this_thread::yield();
  while (other.Int("SELECT count(*) FROM step") == 0) std::this_thread::yield();
}

TEST_F(RecorderTest, DestructorFinishes) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  {
    Recorder recorder(store, {});
    recorder.Add(SampleRequest(ids, 0));
    recorder.Add(SampleStep(ids.run, 0));
  }
  EXPECT_EQ(store.FinishedRequests(ids.run).size(), 1U);
  EXPECT_EQ(ReadRun(store, ids.run, {}).steps.size(), 1U);
}

TEST_F(RecorderTest, FinishTwiceAndFlushAfterwards) {
  Store store(Path(), {});
  Recorder recorder(store, {});
  recorder.Finish();
  recorder.Finish();
  recorder.Flush();
}

// With room for one record, each further one waits until the last is committed. Steps in a batch
// that is never full must not block it for ever.
TEST_F(RecorderTest, FullQueueBlocksAndIsTimed) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  Recorder recorder(store, {.capacity_bytes = 1, .steps_per_batch = 256});
  for (int64_t i = 0; i < 50; ++i) recorder.Add(SampleStep(ids.run, i));
  EXPECT_GT(recorder.stall_ns(), 0);
  recorder.Finish();
  EXPECT_EQ(ReadRun(store, ids.run, {}).steps.size(), 50U);
}

TEST_F(RecorderTest, SeveralCallers) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  {
    Recorder recorder(store, {.capacity_bytes = 8192, .steps_per_batch = 4});
    std::vector<std::thread> callers;
    for (int64_t caller = 0; caller < 3; ++caller) {
      callers.emplace_back([&, caller] {
        for (int64_t i = 0; i < 40; ++i) {
          recorder.Add(SampleRequest(ids, 100 * caller + i));
          recorder.Add(SampleStep(ids.run, 100 * caller + i));
          if (i % 10 == 0) recorder.Flush();
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
  }
  const RunData data = ReadRun(store, ids.run, {});
  EXPECT_EQ(data.requests.size(), 120U);
  EXPECT_EQ(data.steps.size(), 120U);
}

TEST_F(RecorderTest, FailureReachesEveryLaterCall) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  Recorder recorder(store, {});
  recorder.Add(SampleRequest(ids, 0));
  recorder.Flush();
  RequestRecord broken = SampleRequest(ids, 1);
  broken.end_reason = "bored";
  recorder.Add(broken);
  EXPECT_THROW(recorder.Flush(), Error);
  EXPECT_THROW(recorder.Add(SampleRequest(ids, 2)), Error);
  EXPECT_THROW(recorder.Add(SampleStep(ids.run, 0)), Error);
  EXPECT_THROW(recorder.Flush(), Error);
  EXPECT_THROW(recorder.Finish(), Error);
  EXPECT_EQ(store.FinishedRequests(ids.run).size(), 1U);
}

// They come faster than they are committed, so that many share a transaction.
TEST_F(RecorderTest, ABadRequestOfManyCostsNoneBeforeIt) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  Recorder recorder(store, {});
  std::vector<RequestRecord> requests;
  for (int64_t i = 0; i < 1000; ++i) requests.push_back(SampleRequest(ids, i));
  requests[900].end_reason = "bored";
  EXPECT_THROW(
      {
        for (RequestRecord& request : requests) recorder.Add(std::move(request));
        recorder.Finish();
      },
      Error);
  const auto stored = store.FinishedRequests(ids.run);
  ASSERT_EQ(stored.size(), 900U);
  for (int64_t i = 0; i < 900; ++i) EXPECT_EQ(stored[static_cast<size_t>(i)].second, i);
}

TEST_F(RecorderTest, FailureWakesACallerThatWaits) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  Recorder recorder(store, {.capacity_bytes = 1, .steps_per_batch = 1});
  StepRecord broken = SampleStep(ids.run, 0);
  broken.wall_ns = -1;
  EXPECT_THROW(
      {
        recorder.Add(broken);
        for (int64_t i = 1; i < 1000; ++i) recorder.Add(SampleStep(ids.run, i));
      },
      Error);
}

}  // namespace
}  // namespace dsb
