// A migration whose n-th change of a file fails, or during which the process ends, for n = 1, 2,
// ... until it succeeds: the file is still one of version 1 or already one of this version, and
// whole.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include "tests/results/store/fault_vfs.h"
#include "tests/results/store/schema_one_fixture.h"

namespace dsb {
namespace {

class MigrateFault : public SchemaOneFixture, public ::testing::WithParamInterface<int> {
 protected:
  // In a process of its own. Its exit status: 0 done, 1 the process ended at change n, else 2 + the
  // error's code.
  int OpenWithFault(int64_t n) const {
    const pid_t child = fork();
    if (child == 0) {
      FaultVfs vfs;
      vfs.FailAt(n, /*and_all_later=*/true, GetParam());
      const Failure failure = Opening(Path(), {});
      _exit(failure.code == ExitCode::kDone ? 0 : 2 + static_cast<int>(failure.code));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  }
};

TEST_P(MigrateFault, LeavesAUsableFile) {
  const int expected =
      GetParam() == FaultVfs::kEndProcess ? 1 : 2 + static_cast<int>(ExitCode::kResource);
  int num_failures = 0, num_left_old = 0;
  for (int64_t n = 1; n < 1000; ++n) {
    SCOPED_TRACE("change " + std::to_string(n));
    for (const std::string& name : FilesInFolder()) std::filesystem::remove(folder_ / name);
    std::ofstream(Path(), std::ios::binary) << before_;
    const int status = OpenWithFault(n);
    if (status == 0) break;
    ++num_failures;
    EXPECT_EQ(status, expected);
    {
      const Store reader(Path(), kRead);
      EXPECT_EQ(ReadRuns(reader).size(), 2U);
      EXPECT_EQ(ReadRun(reader, 1, {}).requests.size(), 1U);
    }
    Store store(Path(), {});
    if (store.warning() != "") ++num_left_old;
    EXPECT_EQ(store.IntegrityCheck(), "ok");
    EXPECT_EQ(ReadRuns(store).size(), 2U);
    EXPECT_EQ(ReadRun(store, 1, {.token_ids = true}).requests.at(0).request.output_ids.size(), 3U);
    Store backup(Backup(), kRead);
    EXPECT_EQ(ReadRuns(backup).size(), 2U);
  }
  EXPECT_GT(num_failures, 20);
  EXPECT_GT(num_left_old, 20);
}

INSTANTIATE_TEST_SUITE_P(Disk, MigrateFault,
                         testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE, FaultVfs::kEndProcess));

}  // namespace
}  // namespace dsb
