// kill -9 of the real program at random moments: the file stays whole, nothing that was committed
// is lost, and --resume completes the run with the same tokens as a run that nobody killed.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/harness/child_process.h"

namespace dsb {
namespace {

constexpr int kKills = 50;
constexpr int64_t kRequestsPerArm = 30;

using Outputs = std::map<std::pair<std::string, int64_t>, std::vector<int32_t>>;

Outputs MeasuredOutputs(const Store& store, int64_t run_id) {
  Outputs outputs;
  for (const RequestRow& row :
       ReadRun(store, run_id, {.token_ids = true, .steps = false}).requests) {
    if (row.request.phase != "measured") continue;
    outputs[{row.prompt.item_key, row.request.repeat}] = row.request.output_ids;
  }
  return outputs;
}

int64_t NumStored(const std::string& path) {
  try {
    const Store store(path, {.mode = Store::Mode::kReadOnly});
    int64_t count = 0;
    for (const RunRecord& run : ReadRuns(store)) {
      count += static_cast<int64_t>(store.FinishedRequests(run.id).size());
    }
    return count;
  } catch (const Error&) {
    return 0;  // not created yet
  }
}

TEST(KillTest, FiftyKillsLoseNothingThatWasCommitted) {
  const TemporaryFolder folder;
  const std::string workload = (folder / "ten.jsonl").string();
  std::ofstream lines(workload);
  for (int i = 0; i < 10; ++i) lines << "{\"turns\": [\"prompt " << i << "\"]}\n";
  lines.close();
  const auto arguments = [&](const std::string& path, const char* step_us) {
    std::vector<std::string> command = {
        "run",      "--engine", "null",         "--workload", workload,         "--repeats", "3",
        "--output", path,       "--max-tokens", "12",         "--null-step-us", step_us};
    if (std::filesystem::exists(path)) command.emplace_back("--resume");
    return command;
  };
  const std::string whole = (folder / "whole.db").string();
  ASSERT_EQ(RunChild(arguments(whole, "0")).exit_code, 0);
  std::vector<Outputs> expected;
  {
    const Store store(whole, {.mode = Store::Mode::kReadOnly});
    for (const RunRecord& run : ReadRuns(store)) {
      expected.push_back(MeasuredOutputs(store, run.id));
    }
  }
  ASSERT_EQ(expected.size(), 2u);
  ASSERT_EQ(static_cast<int64_t>(expected[0].size()), kRequestsPerArm);

  std::mt19937 random(20261124);
  int num_files = 0, kills_of_file = 0, num_landed = 0;
  std::string path = (folder / "0.db").string();
  for (int kill_index = 0; kill_index < kKills; ++kill_index) {
    ChildProcess child(arguments(path, "1000"));
    usleep(static_cast<useconds_t>(random() % 250'000));
    const int64_t acknowledged = NumStored(path);
    child.Signal(SIGKILL);
    const bool killed = child.Wait().signal == SIGKILL;
    num_landed += killed ? 1 : 0;
    ++kills_of_file;
    EXPECT_GE(NumStored(path), acknowledged);
    if (std::filesystem::exists(path)) {
      const Store store(path, {});
      EXPECT_EQ(store.IntegrityCheck(), "ok");
    }
    // After some kills let the run end, compare, and begin a new file.
    if (kills_of_file < 5 && killed) continue;
    const ChildResult result = RunChild(arguments(path, "1000"));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const Store store(path, {.mode = Store::Mode::kReadOnly});
    const std::vector<RunRecord> runs = ReadRuns(store);
    ASSERT_EQ(runs.size(), 2u);
    for (size_t arm = 0; arm < runs.size(); ++arm) {
      EXPECT_EQ(runs[arm].state, "complete");
      EXPECT_EQ(MeasuredOutputs(store, runs[arm].id), expected[arm]);
    }
    path = (folder / (std::to_string(++num_files) + ".db")).string();
    kills_of_file = 0;
  }
  EXPECT_GE(num_landed, kKills / 2);
}

}  // namespace
}  // namespace dsb
