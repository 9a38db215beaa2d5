// Another process has the file locked for longer than SQLite's usual patience.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "results/store/recorder.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

constexpr unsigned kHeldS = 8;

// A process of its own that has the file locked for some seconds from when this returns.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    int ready[2];
    if (pipe(ready) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      Database database(path, path, SQLITE_OPEN_READWRITE);
      database.WaitForLocks({});
      database.Execute("BEGIN EXCLUSIVE");
      if (write(ready[1], "r", 1) != 1) _exit(1);
      sleep(kHeldS);
      database.Execute("COMMIT");
      _exit(0);
    }
    char byte = 0;
    if (read(ready[0], &byte, 1) != 1) std::abort();
    close(ready[0]);
    close(ready[1]);
  }
  ~Holder() { waitpid(pid_, nullptr, 0); }

 private:
  pid_t pid_;
};

// SQLite's connections do not survive a fork: each test opens its own after the holder has begun.
class LockedForLong : public StoreFixture {
 protected:
  void SetUp() override {
    Store store(Path(), {});
    ids_ = StartRun(store, "u-1");
    store.EndRun(ids_.run, "interrupted", "", 1, true);
  }
  RunIds ids_;
};

TEST_F(LockedForLong, ARunIsOpenedAndRecorded) {
  const Holder holder(Path());
  Store store(Path(), {});
  store.ResumeRun(ids_.run);
  Recorder recorder(store, {});
  for (int64_t i = 0; i < 100; ++i) recorder.Add(SampleRequest(ids_, i));
  recorder.Finish();
  EXPECT_EQ(store.FinishedRequests(ids_.run).size(), 100U);
}

TEST_F(LockedForLong, AReaderWaitsForAWriterWithoutALog) {
  Change(Path(), "PRAGMA journal_mode=DELETE");
  const Holder holder(Path());
  EXPECT_EQ(ReadRuns(Store(Path(), kRead)).size(), 1U);
}

TEST_F(LockedForLong, AMigrationWaits) {
  std::filesystem::remove(Path());
  Change(Path(), Contents(kSchemaOneFile));
  const Holder holder(Path());
  Store store(Path(), {});
  EXPECT_EQ(ReadRuns(store).size(), 1U);
}

TEST_F(LockedForLong, TheLastRowsOfARunAreWritten) {
  const Holder holder(Path());
  Store store(Path(), {});
  store.EndRun(ids_.run, "complete", "", 1, true);
  EXPECT_EQ(ReadRuns(store)[0].state, "complete");
}

}  // namespace
}  // namespace dsb
