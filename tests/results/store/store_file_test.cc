// The file: what is created, what is refused, what is left behind.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "results/store/schema.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using StoreFile = StoreFixture;

TEST_F(StoreFile, CreatedWithItsPragmas) {
  { Store store(Path(), {}); }
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
  Database database(Path(), "file", SQLITE_OPEN_READWRITE);
  EXPECT_EQ(database.Int("PRAGMA application_id"), 0x44534231);
  EXPECT_EQ(database.Int("PRAGMA user_version"), kSchemaVersion);
  EXPECT_EQ(database.Int("PRAGMA page_size"), 8192);
  EXPECT_EQ(database.Text("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(database.Int("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND "
                         "type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'"),
            0);
  EXPECT_EQ(database.Int("SELECT count(*) FROM pragma_table_list WHERE strict = 1"), 22);
}

// What SQLite would take for a URI, or for no file at all.
TEST_F(StoreFile, OddNamesAreNames) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  for (const std::string name :
       {":memory:", "file:a.db", "file:b.db?mode=memory", "c?mode=ro", "%41.db", "d#e"}) {
    SCOPED_TRACE(name);
    { Store store(name, {}); }
    EXPECT_THAT(FilesInFolder(), ElementsAre(name));
    { Store store(name, kRead); }
    std::filesystem::remove(name);
  }
  std::filesystem::current_path(before);
}

TEST_F(StoreFile, FolderMissing) {
  const Failure failure = Opening((folder_ / "no" / "results.db").string(), {});
  EXPECT_EQ(failure.code, ExitCode::kResource);
  EXPECT_THAT(failure.message, AllOf(HasSubstr("/no/results.db"), HasSubstr("does not exist")));
}

TEST_F(StoreFile, MissingFileIsNotCreatedForReading) {
  EXPECT_EQ(Opening(Path(), kRead).code, ExitCode::kResource);
  EXPECT_THAT(FilesInFolder(), ElementsAre());
}

TEST_F(StoreFile, FolderInsteadOfFile) {
  EXPECT_EQ(Opening(folder_.path().string(), {}).code, ExitCode::kBadInput);
}

TEST_F(StoreFile, GarbageIsRefusedAndKept) {
  const std::string garbage(20000, 'x');
  std::ofstream(Path()) << garbage;
  for (const Store::Options& options : {Store::Options{}, kRead}) {
    const Failure failure = Opening(Path(), options);
    EXPECT_EQ(failure.code, ExitCode::kBadInput);
    EXPECT_THAT(failure.message, AllOf(HasSubstr(Path()), HasSubstr("not a database")));
  }
  EXPECT_EQ(Contents(Path()), garbage);
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
}

// Whoever removes a results file and not its log gets a new one, not the old runs.
TEST_F(StoreFile, ALogThatIsLeftOfARemovedFileIsNotPlayedIntoANewOne) {
  for (const char* suffix : {"-wal", "-journal"}) {
    std::ofstream(Path() + suffix) << "frames";
    const Failure failure = Opening(Path(), {});
    EXPECT_EQ(failure.code, ExitCode::kBadInput);
    EXPECT_THAT(failure.message, HasSubstr(Path() + suffix + ": is left of a results file"));
    EXPECT_THAT(FilesInFolder(), ElementsAre("results.db" + std::string(suffix)));
    std::filesystem::remove(Path() + suffix);
  }
  std::ofstream(Path() + "-wal").close();  // an empty one holds nothing
  { const Store store(Path(), {}); }
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
}

// Nobody would find what is written into a file that has no name, or another.
TEST_F(StoreFile, NothingIsWrittenIntoAFileThatIsGone) {
  const auto message_after = [&](const auto& change) {
    std::filesystem::remove(Path());
    Store store(Path(), {});
    EXPECT_FALSE(store.HasMoved());
    change();
    EXPECT_TRUE(store.HasMoved());
    try {
      store.Transact([&] { store.PutBuild({}); });
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kResource);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const std::string expected = Path() + ": was moved or deleted while it was open";
  const std::string moved = (folder_ / "moved.db").string();
  EXPECT_EQ(message_after([&] { std::filesystem::remove(Path()); }), expected);
  EXPECT_EQ(message_after([&] { std::filesystem::rename(Path(), moved); }), expected);
  EXPECT_EQ(message_after([&] { std::filesystem::rename(moved, Path()); }), expected);
}

TEST_F(StoreFile, EmptyFileIsRefused) {
  std::ofstream(Path()).close();
  EXPECT_EQ(Opening(Path(), {}).code, ExitCode::kBadInput);
  EXPECT_EQ(Opening(Path(), kRead).code, ExitCode::kBadInput);
}

TEST_F(StoreFile, ForeignApplicationIsRefused) {
  Change(Path(), "CREATE TABLE t (x); PRAGMA application_id = 7;");
  const std::string before = Contents(Path());
  for (const Store::Options& options : {Store::Options{}, kRead}) {
    const Failure failure = Opening(Path(), options);
    EXPECT_EQ(failure.code, ExitCode::kBadInput);
    EXPECT_THAT(failure.message, AllOf(HasSubstr("0x7"), HasSubstr("0x44534231")));
  }
  EXPECT_EQ(Contents(Path()), before);
}

TEST_F(StoreFile, NewerSchemaIsRefusedWithBothVersions) {
  { Store store(Path(), {}); }
  Change(Path(), "PRAGMA user_version = 230");
  for (const Store::Options& options : {Store::Options{}, kRead}) {
    const Failure failure = Opening(Path(), options);
    EXPECT_EQ(failure.code, ExitCode::kBadInput);
    EXPECT_THAT(failure.message, AllOf(HasSubstr("version 230"),
                                       EndsWith("which is " + std::to_string(kSchemaVersion))));
  }
}

TEST_F(StoreFile, MissingTableIsBadInput) {
  { Store store(Path(), {}); }
  Change(Path(),
         "DROP VIEW v_run; DROP VIEW v_request; DROP VIEW v_round_prompt; DROP TABLE burst");
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  EXPECT_EQ(FailureOf([&] { store.PutRequest(SampleRequest(ids, 0)); }).code, ExitCode::kBadInput);
  EXPECT_TRUE(store.FinishedRequests(ids.run).empty());
}

TEST_F(StoreFile, BrokenConstraintIsInternalAndLeavesNothing) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  RequestRecord request = SampleRequest(ids, 0);
  request.rounds[1].accepted = 1;
  const Failure failure = FailureOf([&] { store.PutRequest(request); });
  EXPECT_EQ(failure.code, ExitCode::kInternal);
  EXPECT_THAT(failure.message, HasSubstr("CHECK"));
  EXPECT_TRUE(store.FinishedRequests(ids.run).empty());
  request.rounds[1].accepted = 0;
  request.prompt_id = 777;
  EXPECT_THAT(FailureOf([&] { store.PutRequest(request); }).message, HasSubstr("FOREIGN KEY"));
}

TEST_F(StoreFile, ReadingLeavesTheFolderAsItWas) {
  {
    Store store(Path(), {});
    StartRun(store, "u-1");
  }
  const std::string before = Contents(Path());
  {
    Store store(Path(), kRead);
    EXPECT_EQ(ReadRuns(store).size(), 1U);
    EXPECT_EQ(store.IntegrityCheck(), "ok");
  }
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
  EXPECT_EQ(Contents(Path()), before);
}

TEST_F(StoreFile, ReadingCannotWrite) {
  { Store store(Path(), {}); }
  Store store(Path(), kRead);
  EXPECT_EQ(FailureOf([&] { store.PutBuild(SampleBuild()); }).code, ExitCode::kResource);
}

TEST_F(StoreFile, PathsWithMarksOfUris) {
  const std::string path = (folder_ / "a ?b%41#c.db").string();
  { Store store(path, {}); }
  Store store(path, kRead);
  EXPECT_TRUE(ReadRuns(store).empty());
  EXPECT_THAT(FilesInFolder(), testing::Contains("a ?b%41#c.db"));
}

// The reader is a process of its own, as in use: what it sees grows, and is never half a request.
// It starts before the file is opened here, because SQLite's connections do not survive a fork.
int ReadUntilComplete(const std::string& path, int report) {
  size_t most = 0;
  while (most < 50) {
    Store reader(path, kRead);
    const RunData data = ReadRun(reader, 1, {});
    if (data.requests.size() < most) return 1;
    most = data.requests.size();
    for (const RequestRow& row : data.requests) {
      if (row.request.bursts.size() != 3 || row.request.rounds.size() != 2) return 2;
    }
    if (write(report, "r", 1) != 1) return 3;
  }
  return 0;
}

TEST_F(StoreFile, AnotherProcessReadsWhileThisOneWrites) {
  int go[2];
  int report[2];
  ASSERT_EQ(pipe(go), 0);
  ASSERT_EQ(pipe(report), 0);
  const pid_t child = fork();
  char byte = 0;
  if (child == 0) {
    close(go[1]);
    _exit(read(go[0], &byte, 1) == 1 ? ReadUntilComplete(Path(), report[1]) : 4);
  }
  close(report[1]);
  {
    Store store(Path(), {});
    const RunIds ids = StartRun(store, "u-1");
    store.PutRequest(SampleRequest(ids, 0));
    ASSERT_EQ(write(go[1], "g", 1), 1);
    for (int64_t repeat = 1; repeat < 50; ++repeat) {
      store.PutRequest(SampleRequest(ids, repeat));
      if (repeat < 20) {
        ASSERT_EQ(read(report[0], &byte, 1), 1);
      }
    }
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  for (const int fd : {go[0], go[1], report[0]}) close(fd);
}

}  // namespace
}  // namespace dsb
