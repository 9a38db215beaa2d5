// A run whose n-th change of the results file fails, for n = 1, 2, ... until it succeeds: nothing
// that was acknowledged is lost, and the same command with --resume completes it, with every
// request exactly once and a whole hash chain.
#include <gmock/gmock.h>

#include <map>

#include "base/error.h"
#include "results/store/sqlite.h"
#include "tests/harness/run/session_fixture.h"
#include "tests/results/store/chain_head.h"
#include "tests/results/store/fault_vfs.h"

namespace dsb {
namespace {

class SessionFault : public SessionTest, public testing::WithParamInterface<bool> {
 protected:
  // As if the command's process, which could not say how its runs ended, had ended itself.
  void EndOwners() const {
    if (!std::filesystem::exists(path_)) return;
    Database(path_, path_, SQLITE_OPEN_READWRITE)
        .Execute("UPDATE run SET boot_id = 'an earlier boot' WHERE state = 'running'");
  }
};

TEST_P(SessionFault, ResumeCompletesWhatADiskBroke) {
  inputs_.options.resume = true;
  inputs_.options.warmup = 1;
  inputs_.prompts.resize(3);
  bool reached_the_end = false;
  int num_failures = 0;
  for (int64_t n = 1; n < 5000 && !reached_the_end; ++n) {
    SCOPED_TRACE("change " + std::to_string(n));
    std::filesystem::remove(path_);
    FaultVfs vfs;
    vfs.FailAt(n, /*and_all_later=*/GetParam(), SQLITE_FULL);
    try {
      Run();
    } catch (const Error& error) {
      ++num_failures;
      EXPECT_EQ(error.code(), ExitCode::kResource) << error.what();
      EXPECT_THAT(error.what(), testing::HasSubstr(path_));
    }
    reached_the_end = vfs.num_failed() == 0;
    vfs.Heal();
    EndOwners();
    Run();
    const Store store(path_, {.mode = Store::Mode::kReadOnly});
    const std::vector<RunRecord> runs = ReadRuns(store);
    ASSERT_EQ(runs.size(), 2U);
    for (const RunRecord& run : runs) {
      EXPECT_EQ(run.state, "complete");
      std::map<std::string, int> times;
      const RunData data = ReadRun(store, run.id, {});
      for (const RequestRow& row : data.requests) {
        if (row.request.phase == "measured") ++times[row.prompt.item_key];
      }
      EXPECT_EQ(times.size(), inputs_.prompts.size());
      for (const auto& [item, count] : times) EXPECT_EQ(count, 1) << item;
      EXPECT_TRUE(data.artifacts.contains("workload"));
      EXPECT_NE(ChainHeadOf(store, run.id), "");
    }
  }
  EXPECT_TRUE(reached_the_end);
  EXPECT_GT(num_failures, 20);
}

INSTANTIATE_TEST_SUITE_P(Disk, SessionFault, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& for_good) {
                           return for_good.param ? "FullForGood" : "FullOnce";
                         });

}  // namespace
}  // namespace dsb
