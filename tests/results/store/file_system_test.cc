// File systems that lack what SQLite's write-ahead log, or SQLite, needs.
#include "results/store/file_system.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "results/store/place.h"
#include "results/store/store_file.h"
#include "tests/results/store/limited_vfs.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string JournalModeOf(const std::string& path) {
  return Database(path, path, SQLITE_OPEN_READWRITE).Text("PRAGMA journal_mode");
}

// Without shared memory, in the ways it can be without.
class WithoutSharedMemory : public StoreFixture, public ::testing::WithParamInterface<Missing> {
 protected:
  static Store::Options Quick(Store::Mode mode = Store::Mode::kCreateOrAppend) {
    return {.mode = mode, .lock_wait = {.longest_ms = 20}};
  }
  // As a file that a local disk's log left: with bytes in its log.
  void MakeFileWithALog() {
    Store store(Path(), {});
    StartRun(store, "u-1");
    std::filesystem::copy_file(Path(), Path() + "-copy");
    std::filesystem::copy_file(Path() + "-wal", Path() + "-copy-wal");
  }
  void TakeTheCopy() const {
    std::filesystem::rename(Path() + "-copy", Path());
    std::filesystem::rename(Path() + "-copy-wal", Path() + "-wal");
  }
};

TEST_P(WithoutSharedMemory, ANewFileHasARollbackJournal) {
  {
    const LimitedVfs vfs(GetParam());
    Store store(Path(), Quick());
    EXPECT_THAT(store.warning(), AllOf(HasSubstr(Path()), HasSubstr("local disk")));
    const RunIds ids = StartRun(store, "u-1");
    store.PutRequest(SampleRequest(ids, 0));
    const Store reader(Path(), Quick(Store::Mode::kReadOnly));
    EXPECT_EQ(ReadRun(reader, ids.run, {}).requests.size(), 1U);
    EXPECT_EQ(store.IntegrityCheck(), "ok");
  }
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
  EXPECT_EQ(JournalModeOf(Path()), "delete");
}

TEST_P(WithoutSharedMemory, AFileOfALocalDiskIsReadAndWritten) {
  { Store store(Path(), {}); }
  MakeFileWithALog();
  TakeTheCopy();
  {
    const LimitedVfs vfs(GetParam());
    {
      const Store reader(Path(), Quick(Store::Mode::kReadOnly));
      EXPECT_EQ(ReadRuns(reader).size(), 1U);
    }
    Store store(Path(), Quick());
    EXPECT_THAT(store.warning(), HasSubstr("local disk"));
    EXPECT_EQ(ReadRuns(store).size(), 1U);
    StartRun(store, "u-2");
  }
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
  Store store(Path(), {});
  EXPECT_EQ(ReadRuns(store).size(), 2U);
  EXPECT_EQ(store.warning(), "");
}

TEST_P(WithoutSharedMemory, AFileThatWasTakenBackHasALogAgain) {
  {
    const LimitedVfs vfs(GetParam());
    Store store(Path(), Quick());
  }
  { Store store(Path(), {}); }
  EXPECT_EQ(JournalModeOf(Path()), "wal");
}

INSTANTIATE_TEST_SUITE_P(FileSystem, WithoutSharedMemory,
                         testing::Values(Missing::kSharedMemory, Missing::kSharedMemoryCalls));

class WithoutLocks : public StoreFixture, public ::testing::WithParamInterface<Missing> {};

TEST_P(WithoutLocks, ANewFileIsRefusedInPlainWords) {
  const LimitedVfs vfs(GetParam());
  const Failure failure = Opening(Path(), {});
  EXPECT_EQ(failure.code, ExitCode::kResource);
  EXPECT_THAT(failure.message,
              AllOf(HasSubstr(Path()), HasSubstr("use a local disk"), Not(HasSubstr("PRAGMA"))));
  EXPECT_EQ(FailureOf([&] { CheckPlaceForResults(Path()); }).code, ExitCode::kResource);
  EXPECT_THAT(FilesInFolder(), ElementsAre());
}

// Not after minutes of waiting for a lock that nobody holds.
TEST_P(WithoutLocks, AnOldFileIsRefusedSoonAndStaysAsItIs) {
  { Store store(Path(), {}); }
  const std::string before = Contents(Path());
  {
    const LimitedVfs vfs(GetParam());
    const auto start = std::chrono::steady_clock::now();
    const Failure failure = Opening(Path(), {});
    EXPECT_EQ(failure.code, ExitCode::kResource);
    EXPECT_THAT(failure.message, HasSubstr("use a local disk"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(1));
  }
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
  EXPECT_EQ(Contents(Path()), before);
}

INSTANTIATE_TEST_SUITE_P(FileSystem, WithoutLocks,
                         testing::Values(Missing::kLocks, Missing::kLocksWithError));

TEST(FileSystemType, NetworksAreKnownByTheirNumber) {
  EXPECT_STREQ(NetworkFileSystemName(0x6969), "NFS");
  EXPECT_STREQ(NetworkFileSystemName(0xFF534D42), "CIFS");
  EXPECT_STREQ(NetworkFileSystemName(static_cast<int32_t>(0xFE534D42)), "SMB");
  EXPECT_STREQ(NetworkFileSystemName(0x65735546), "FUSE");
  for (const int64_t local :
       {0xEF53, 0x58465342, 0x01021994, 0x794C7630}) {  // ext4 XFS tmpfs overlay
    EXPECT_EQ(NetworkFileSystemName(local), nullptr);
  }
}

using Place = StoreFixture;

TEST_F(Place, IsTriedAndLeftAsItWas) {
  CheckPlaceForResults(Path());
  EXPECT_THAT(FilesInFolder(), ElementsAre());
  { Store store(Path(), {}); }
  CheckPlaceForResults(Path());
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
  const Failure failure = FailureOf([&] { CheckPlaceForResults(Path() + "/x.db"); });
  EXPECT_EQ(failure.code, ExitCode::kResource);
}

TEST_F(Place, MovingAFileReplacesNone) {
  const TemporaryFile temporary(Path(), "creating");
  std::ofstream(temporary.path()) << "new";
  EXPECT_TRUE(temporary.MoveTo(Path()));
  std::ofstream(Path()) << "old";
  EXPECT_FALSE(temporary.MoveTo(Path()));
  EXPECT_EQ(Contents(Path()), "old");
}

// Another file system takes neither a link nor a renamed file: nothing of ours stays there.
TEST_F(Place, AFailedMoveLeavesNothing) {
  const TemporaryFile temporary(Path(), "creating");
  std::ofstream(temporary.path()) << "new";
  const std::string elsewhere = "/dev/shm/dsbench-test-" + std::to_string(getpid());
  struct stat here {
  }, there{};
  if (stat("/dev/shm", &there) != 0 || stat(folder_.path().c_str(), &here) != 0 ||
      here.st_dev == there.st_dev) {
    GTEST_SKIP() << "no second file system";
  }
  EXPECT_EQ(FailureOf([&] { temporary.MoveTo(elsewhere); }).code, ExitCode::kResource);
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
}

}  // namespace
}  // namespace dsb
