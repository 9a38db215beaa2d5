// The real program, whose results file is taken away while it writes.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/harness/child_process.h"

namespace dsb {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

int64_t NumRequests(const std::string& path) {
  try {
    const Store store(path, {.mode = Store::Mode::kReadOnly});
    int64_t count = 0;
    for (const RunRecord& run : ReadRuns(store)) {
      count += static_cast<int64_t>(store.FinishedRequests(run.id).size());
    }
    return count;
  } catch (const Error&) {
    return 0;  // not there yet
  }
}

TEST(MovedFile, ARunSaysSoAndWhereItsRequestsAre) {
  const TemporaryFolder folder;
  const std::string path = (folder / "r.db").string(), moved = (folder / "moved.db").string();
  std::ofstream lines(folder / "w.jsonl");
  for (int i = 0; i < 400; ++i) lines << "{\"turns\": [\"prompt " << i << "\"]}\n";
  lines.close();
  ChildProcess child({"run", "--engine", "null", "--output", path, "--workload",
                      (folder / "w.jsonl").string(), "--no-report", "--max-tokens", "16",
                      "--null-step-us", "5000"});
  while (NumRequests(path) == 0) usleep(5000);
  fs::rename(path, moved);
  const ChildResult result = child.Wait();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, AllOf(HasSubstr(path + ": was moved or deleted while it was open"),
                                HasSubstr("is in that file, if it is still there"),
                                Not(HasSubstr("--resume"))));
  EXPECT_FALSE(fs::exists(path));
  EXPECT_GT(NumRequests(moved), 0);
}

}  // namespace
}  // namespace dsb
