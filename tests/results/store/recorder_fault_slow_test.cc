// Fails the n-th change of a file for n = 1, 2, ... until a whole run succeeds. Whatever n: the
// error is kResource, the file opens again, it is consistent, and no acknowledged request is
// missing.
#include <gmock/gmock.h>

#include "base/error.h"
#include "results/store/recorder.h"
#include "tests/results/store/fault_vfs.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

constexpr int64_t kRequests = 6;

struct Outcome {
  bool failed = false;
  ExitCode code = ExitCode::kDone;
  std::string message;
  int64_t num_acknowledged = 0;
};

Outcome WriteARun(const std::string& path) {
  Outcome outcome;
  try {
    Store store(path, {});
    const RunIds ids = StartRun(store, "u-1");
    Recorder recorder(store, {.capacity_bytes = 1 << 14, .steps_per_batch = 2});
    for (int64_t i = 0; i < kRequests; ++i) {
      recorder.Add(SampleStep(ids.run, i));
      recorder.Add(SampleRequest(ids, i));
      if (i % 2 == 1) {
        recorder.Flush();
        outcome.num_acknowledged = i + 1;
      }
    }
    recorder.Finish();
    outcome.num_acknowledged = kRequests;
    store.EndRun(ids.run, "complete", "", 1, true);
  } catch (const Error& error) {
    outcome.failed = true;
    outcome.code = error.code();
    outcome.message = error.what();
  }
  return outcome;
}

struct FaultCase {
  bool and_all_later;
  int code;
};

class RecorderFault : public StoreFixture, public ::testing::WithParamInterface<FaultCase> {};

TEST_P(RecorderFault, NothingAcknowledgedIsLost) {
  FaultVfs vfs;
  bool reached_the_end = false;
  int64_t num_failures = 0;
  for (int64_t n = 1; n < 2000 && !reached_the_end; ++n) {
    SCOPED_TRACE("change " + std::to_string(n));
    vfs.FailAt(n, GetParam().and_all_later, GetParam().code);
    const Outcome outcome = WriteARun(Path());
    reached_the_end = vfs.num_failed() == 0;
    vfs.Heal();
    if (outcome.failed) {
      ++num_failures;
      EXPECT_EQ(outcome.code, ExitCode::kResource) << outcome.message;
      EXPECT_THAT(outcome.message, testing::HasSubstr(Path()));
    }
    if (std::filesystem::exists(Path())) {
      Store store(Path(), {});
      EXPECT_EQ(store.IntegrityCheck(), "ok");
      const std::vector<RunRecord> runs = ReadRuns(store);
      int64_t num_stored = 0;
      if (!runs.empty()) {
        for (const RequestRow& row : ReadRun(store, runs[0].id, {}).requests) {
          EXPECT_EQ(row.request.repeat, num_stored++);
          EXPECT_EQ(row.request.rounds.size(), 2U);
          EXPECT_EQ(row.request.bursts.size(), 3U);
        }
      }
      EXPECT_GE(num_stored, outcome.num_acknowledged);
    } else {
      EXPECT_TRUE(outcome.failed);
      EXPECT_EQ(outcome.num_acknowledged, 0);
      EXPECT_THAT(FilesInFolder(), testing::ElementsAre());
    }
    for (const std::string& name : FilesInFolder()) std::filesystem::remove(folder_ / name);
  }
  EXPECT_TRUE(reached_the_end);
  EXPECT_GT(num_failures, 20);
}

INSTANTIATE_TEST_SUITE_P(
    Disk, RecorderFault,
    testing::Values(FaultCase{false, SQLITE_FULL}, FaultCase{true, SQLITE_FULL},
                    FaultCase{false, SQLITE_IOERR_WRITE}, FaultCase{true, SQLITE_IOERR_WRITE}),
    [](const testing::TestParamInfo<FaultCase>& fault) {
      return std::string(fault.param.code == SQLITE_FULL ? "Full" : "IoError") +
             (fault.param.and_all_later ? "ForGood" : "Once");
    });

}  // namespace
}  // namespace dsb
