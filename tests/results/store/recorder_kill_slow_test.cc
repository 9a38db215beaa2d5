// kill -9 at random moments: the file stays whole, every acknowledged request is there, and the run
// that was being written is seen as interrupted.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "results/store/recorder.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using RecorderKill = StoreFixture;

// Writes requests until it is killed, and reports each one after its commit.
[[noreturn]] void WriteForEver(const std::string& path, int report) {
  Store store(path, {});
  const RunIds ids = StartRun(store, "run of " + std::to_string(getpid()));
  Recorder recorder(store, {});
  for (int64_t repeat = 0;; ++repeat) {
    recorder.Add(SampleStep(ids.run, repeat));
    recorder.Add(SampleRequest(ids, repeat));
    // Some alone, some in company: kills fall into transactions of both kinds.
    if (repeat % 5 != 0) continue;
    recorder.Flush();
    if (write(report, &repeat, sizeof repeat) != sizeof repeat) _exit(1);
  }
}

TEST_F(RecorderKill, FiftyTimesAtRandomMoments) {
  std::mt19937 random(20261124);
  std::uniform_int_distribution<int> reports_to_see(0, 12);
  std::uniform_int_distribution<useconds_t> extra_us(0, 3000);
  int num_begun = 0;
  for (int round = 0; round < 50; ++round) {
    SCOPED_TRACE("kill " + std::to_string(round));
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      WriteForEver(Path(), ends[1]);
    }
    close(ends[1]);
    int64_t last_acknowledged = -1;
    for (int i = reports_to_see(random); i > 0; --i) {
      ASSERT_EQ(read(ends[0], &last_acknowledged, sizeof last_acknowledged),
                static_cast<ssize_t>(sizeof last_acknowledged));
    }
    usleep(extra_us(random));
    ASSERT_EQ(kill(child, SIGKILL), 0);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    while (read(ends[0], &last_acknowledged, sizeof last_acknowledged) > 0) {
    }
    close(ends[0]);

    if (!std::filesystem::exists(Path())) {
      EXPECT_EQ(last_acknowledged, -1);
      continue;
    }
    Store store(Path(), {});
    EXPECT_EQ(store.IntegrityCheck(), "ok");
    int64_t num_of_child = 0;
    for (const RunRecord& run : ReadRuns(store)) {
      EXPECT_EQ(run.state, "interrupted");
      EXPECT_FALSE(run.steps_complete);
      if (run.uuid != "run of " + std::to_string(child)) continue;
      ++num_begun;
      for (const RequestRow& row : ReadRun(store, run.id, {}).requests) {
        EXPECT_EQ(row.request.repeat, num_of_child++);
        EXPECT_EQ(row.request.rounds.size(), 2U);
      }
    }
    EXPECT_GT(num_of_child, last_acknowledged);
  }
  EXPECT_GT(num_begun, 30);
}

}  // namespace
}  // namespace dsb
