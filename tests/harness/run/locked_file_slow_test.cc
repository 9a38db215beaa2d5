// The real program while another process has the results file locked.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "results/store/sqlite.h"
#include "tests/harness/child_process.h"

namespace dsb {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class LockedFile : public testing::Test {
 protected:
  LockedFile() {
    std::ofstream lines(folder_ / "w.jsonl");
    for (int i = 0; i < 20; ++i) lines << "{\"turns\": [\"prompt " << i << "\"]}\n";
  }
  std::string Path() const { return (folder_ / "r.db").string(); }
  std::vector<std::string> Arguments(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"run",
                                          "--engine",
                                          "null",
                                          "--output",
                                          Path(),
                                          "--workload",
                                          (folder_ / "w.jsonl").string(),
                                          "--no-report",
                                          "--max-tokens",
                                          "16",
                                          "--null-step-us",
                                          "20000"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  // Returns once the file is there and locked; it stays so until the process is told to end.
  pid_t Lock() const {
    int ready[2];
    if (pipe(ready) != 0) std::abort();
    const pid_t pid = fork();
    if (pid == 0) {
      for (int tries = 0; tries < 2000; ++tries) {
        try {
          Database database(Path(), Path(), SQLITE_OPEN_READWRITE);
          database.WaitForLocks({});
          // The runs' rows are there: from now on only requests are written.
          if (database.Int("SELECT count(*) FROM request") > 0) {
            database.Execute("BEGIN EXCLUSIVE");
            if (write(ready[1], "r", 1) != 1) _exit(1);
            for (;;) pause();
          }
        } catch (const Error&) {
          // Not there yet.
        }
        usleep(5000);
      }
      _exit(1);
    }
    close(ready[1]);
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
  }
  static void Release(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }

  const TemporaryFolder folder_;
};

TEST_F(LockedFile, ARunGoesOnAndStoresEverything) {
  ChildProcess child(Arguments());
  const pid_t lock = Lock();
  sleep(12);
  Release(lock);
  const ChildResult result = child.Wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("is locked by another process; waiting for it"));
  const Store store(Path(), {.mode = Store::Mode::kReadOnly});
  for (const RunRecord& run : ReadRuns(store)) {
    EXPECT_EQ(run.state, "complete");
    const RunData data = ReadRun(store, run.id, {});
    EXPECT_FALSE(data.flags.contains("client_limited"));
    EXPECT_EQ(data.requests.size(), 24U);
  }
}

TEST_F(LockedFile, ARunThatGivesUpSaysHowToContinue) {
  ChildProcess child(Arguments({"--lock-wait", "2"}));
  const pid_t lock = Lock();
  const ChildResult result = child.Wait();
  Release(lock);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, AllOf(HasSubstr("is locked by another process; close what"),
                                HasSubstr("not stored"), HasSubstr("--resume\n"),
                                Not(HasSubstr("BEGIN")), Not(HasSubstr("database is locked"))));
  EXPECT_EQ(RunChild(Arguments({"--resume"})).exit_code, 0);
  const Store store(Path(), {.mode = Store::Mode::kReadOnly});
  for (const RunRecord& run : ReadRuns(store)) EXPECT_EQ(run.state, "complete");
}

}  // namespace
}  // namespace dsb
