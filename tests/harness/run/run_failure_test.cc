// A run that ends badly: what it says, what it leaves, and that the command it names completes it.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <fstream>

#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "tests/harness/child_process.h"

namespace dsb {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Of every file that is written while it lives, by this process's children.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

class RunFailure : public testing::Test {
 protected:
  RunFailure() {
    std::ofstream lines(folder_ / "w.jsonl");
    for (int i = 0; i < 40; ++i) lines << "{\"turns\": [\"prompt " << i << "\"]}\n";
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
                                          "--no-report"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  void ExpectComplete() const {
    const Store store(Path(), {.mode = Store::Mode::kReadOnly});
    const std::vector<RunRecord> runs = ReadRuns(store);
    ASSERT_EQ(runs.size(), 2U);
    for (const RunRecord& run : runs) {
      EXPECT_EQ(run.state, "complete");
      int64_t measured = 0;
      for (const RequestRow& row : ReadRun(store, run.id, {}).requests) {
        measured += row.request.phase == "measured" ? 1 : 0;
      }
      EXPECT_EQ(measured, 40);
    }
  }

  const TemporaryFolder folder_;
};

TEST_F(RunFailure, SaysHowToContinue) {
  const ChildResult failed = RunChild(Arguments({"--null-fail-step", "300"}));
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_THAT(failed.err, AllOf(HasSubstr("finished requests are kept in " + Path()),
                                HasSubstr("continue with: dsbench run --engine null"),
                                HasSubstr("--null-fail-step 300 --resume\n")));
  EXPECT_EQ(RunChild(Arguments({"--resume"})).exit_code, 0);
  ExpectComplete();
}

TEST_F(RunFailure, ADiskThatFillsUpIsNamedAndTheRunCanBeContinued) {
  ChildResult failed;
  {
    const FileSizeLimit limit(1 << 20);
    failed = RunChild(Arguments());
  }
  EXPECT_EQ(failed.exit_code, 3) << failed.err;
  EXPECT_THAT(failed.err, AllOf(HasSubstr(Path()), HasSubstr("--resume\n"), HasSubstr("too large"),
                                Not(HasSubstr("INSERT")), Not(HasSubstr("COMMIT"))));
  EXPECT_EQ(RunChild(Arguments({"--resume"})).exit_code, 0);
  ExpectComplete();
}

// Before the model is looked for, let alone loaded.
TEST_F(RunFailure, APlaceWithoutSpaceIsRefusedFirst) {
  const FileSizeLimit limit(100'000);
  const ChildResult failed = RunChild({"run", "--output", Path(), "--target", "/no/such/target"});
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_THAT(failed.err, AllOf(HasSubstr(Path()), Not(HasSubstr("/no/such/target"))));
  EXPECT_THAT(Files(), testing::ElementsAre("w.jsonl"));
}

TEST_F(RunFailure, AWriteProtectedFolderIsRefusedFirst) {
  if (getuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::permissions(
      folder_.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const ChildResult failed = RunChild({"run", "--output", Path(), "--target", "/no/such/target"});
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_THAT(failed.err, AllOf(HasSubstr("--output"), HasSubstr("Permission denied")));
}

}  // namespace
}  // namespace dsb
