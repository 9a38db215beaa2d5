// Another connection has the file locked: what waits, what is kept meanwhile, and what is said in
// the end.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "results/store/recorder.h"
#include "results/store/run_owner.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LockTest : public StoreFixture {
 protected:
  static Store::Options Waiting(int64_t longest_ms) {
    return {.lock_wait = {.longest_ms = longest_ms}};
  }
  // What a user can do something about, and nothing of how it is done.
  static auto IsPlain() {
    return AllOf(HasSubstr("is locked by another process"), Not(HasSubstr("INSERT")),
                 Not(HasSubstr("BEGIN")), Not(HasSubstr("database is locked")));
  }
};

TEST_F(LockTest, CallersGoOnWhileTheFileIsLocked) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  other.Execute("BEGIN EXCLUSIVE");
  Recorder recorder(store, {});
  for (int64_t i = 0; i < 5000; ++i) {
    recorder.Add(SampleRequest(ids, i));
    recorder.Add(SampleStep(ids.run, i));
  }
  EXPECT_EQ(recorder.stall_ns(), 0);
  other.Execute("COMMIT");
  recorder.Finish();
  EXPECT_EQ(store.FinishedRequests(ids.run).size(), 5000U);
}

TEST_F(LockTest, WhoWaitsLongIsTold) {
  std::atomic<int> told = 0;
  Store::Options options;
  options.lock_wait.on_wait = [&](int64_t longest_ms) {
    EXPECT_EQ(longest_ms, 300'000);
    ++told;
  };
  Store store(Path(), options);
  const RunIds ids = StartRun(store, "u-1");
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  other.Execute("BEGIN EXCLUSIVE");
  Recorder recorder(store, {});
  recorder.Add(SampleRequest(ids, 0));
  while (told == 0) std::this_thread::yield();
  other.Execute("COMMIT");
  recorder.Finish();
  EXPECT_EQ(store.FinishedRequests(ids.run).size(), 1U);
}

TEST_F(LockTest, WhatCannotBeStoredInTheEndIsCountedInPlainWords) {
  Store store(Path(), Waiting(100));
  const RunIds ids = StartRun(store, "u-1");
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  other.Execute("BEGIN EXCLUSIVE");
  Recorder recorder(store, {});
  for (int64_t i = 0; i < 3; ++i) recorder.Add(SampleRequest(ids, i));
  const Failure failure = FailureOf([&] { recorder.Finish(); });
  EXPECT_EQ(failure.code, ExitCode::kResource);
  EXPECT_THAT(failure.message,
              AllOf(HasSubstr(Path()), IsPlain(), HasSubstr("3 finished requests are not stored")));
  other.Execute("COMMIT");
  EXPECT_TRUE(store.FinishedRequests(ids.run).empty());
}

TEST_F(LockTest, AFullQueueWaitsForTheLock) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  other.Execute("BEGIN EXCLUSIVE");
  Recorder recorder(store, {.capacity_bytes = 1});
  recorder.Add(SampleRequest(ids, 0));
  std::thread caller([&] { recorder.Add(SampleRequest(ids, 1)); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  other.Execute("COMMIT");
  caller.join();
  recorder.Finish();
  EXPECT_GT(recorder.stall_ns(), 0);
  EXPECT_EQ(store.FinishedRequests(ids.run).size(), 2U);
}

// As the first rows of a run, or those that end it.
TEST_F(LockTest, EverythingElseGivesUpInPlainWords) {
  Store store(Path(), Waiting(50));
  const RunIds ids = StartRun(store, "u-1");
  store.EndRun(ids.run, "interrupted", "", 1, true);
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  other.Execute("BEGIN EXCLUSIVE");
  EXPECT_THAT(FailureOf([&] { StartRun(store, "u-2"); }).message, IsPlain());
  EXPECT_THAT(FailureOf([&] { store.ResumeRun(ids.run); }).message, IsPlain());
  EXPECT_THAT(FailureOf([&] { store.PutMetrics({}); }).message, IsPlain());
  EXPECT_THAT(FailureOf([&] { store.EndRun(ids.run, "failed", "", 1, true); }).message, IsPlain());
  // A reader sees what was there before.
  EXPECT_EQ(ReadRuns(Store(Path(), kRead)).size(), 1U);
}

// Without a write-ahead log a writer keeps readers out.
TEST_F(LockTest, AReaderGivesUpInPlainWords) {
  { Store store(Path(), {}); }
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  other.Text("PRAGMA journal_mode=DELETE");
  other.Execute("BEGIN EXCLUSIVE");
  Store::Options options = kRead;
  options.lock_wait.longest_ms = 50;
  const Failure failure = Opening(Path(), options);
  EXPECT_EQ(failure.code, ExitCode::kResource);
  EXPECT_THAT(failure.message, IsPlain());
}

TEST_F(LockTest, AMigrationGivesUpAndTheFileIsStillOld) {
  Change(Path(), Contents(kSchemaOneFile));
  Change(Path(), "PRAGMA journal_mode=WAL");
  Database other(Path(), "other", SQLITE_OPEN_READWRITE);
  other.Execute("BEGIN EXCLUSIVE");
  const Failure failure = Opening(Path(), Waiting(50));
  EXPECT_EQ(failure.code, ExitCode::kResource);
  EXPECT_THAT(failure.message, IsPlain());
  other.Execute("COMMIT");
  EXPECT_EQ(other.Int("PRAGMA user_version"), 1);
}

TEST_F(LockTest, ClosingDoesNotWaitForReadersForLong) {
  auto store = std::make_unique<Store>(Path(), Store::Options{});
  StartRun(*store, "u-1");
  Database reader(Path(), "reader", SQLITE_OPEN_READWRITE);
  reader.Execute("BEGIN; SELECT count(*) FROM run;");
  const auto start = std::chrono::steady_clock::now();
  store.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(1));
}

// One process resumes a run whose owner has died while others open the file: whoever looked before
// must not mark it interrupted afterwards.
TEST_F(LockTest, AResumedRunStaysRunningWhileOthersOpenTheFile) {
  int64_t run = 0;
  {
    Store store(Path(), {});
    RunRecord record = SampleRun("u-1");
    record.owner_pid = 1;
    record.boot_id = "another boot";
    run = store.PutRun(record, store.PutEnvironment(SampleEnvironment()),
                       store.PutBuild(SampleBuild()));
  }
  // They end where this thread fails, too.
  std::vector<std::jthread> others;
  for (int i = 0; i < 2; ++i) {
    others.emplace_back([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) Store(Path(), {});
    });
  }
  int num_interrupted = 0;
  for (int round = 0; round < 100; ++round) {
    Store store(Path(), {});
    store.EndRun(run, "interrupted", "", 1, true);
    {
      // As a crash would leave it.
      Database database(Path(), "file", SQLITE_OPEN_READWRITE);
      database.WaitForLocks({});
      database.Execute("UPDATE run SET state = 'running', owner_pid = 1, boot_id = 'another boot'");
    }
    try {
      store.ResumeRun(run);
    } catch (const Error&) {
      ADD_FAILURE() << "a dead owner's run cannot be resumed";
    }
    for (int look = 0; look < 3; ++look) {
      std::this_thread::yield();
      num_interrupted += ReadRuns(store)[0].state == "running" ? 0 : 1;
    }
  }
  others.clear();
  EXPECT_EQ(num_interrupted, 0);
}

}  // namespace
}  // namespace dsb
