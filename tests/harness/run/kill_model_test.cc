// kill -9 of a run of the real model: the file stays whole, finished requests stay, and --resume
// completes the run with the tokens of a run that nobody killed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/build_paths.h"
#include "tests/harness/child_process.h"
#include "tests/target_file.h"

namespace dsb {
namespace {

constexpr size_t kPrompts = 6;
constexpr int kKills = 3;

// Output tokens by drafter, prompt and repeat.
using Outputs = std::map<std::pair<std::string, std::string>, std::vector<int32_t>>;

Outputs Measured(const std::string& path) {
  Outputs outputs;
  const Store store(path, {.mode = Store::Mode::kReadOnly});
  for (const RunRecord& run : ReadRuns(store)) {
    const RunData data = ReadRun(store, run.id, {.token_ids = true, .steps = false});
    for (const RequestRow& row : data.requests) {
      if (row.request.phase != "measured") continue;
      outputs[{run.drafter, row.prompt.item_key}] = row.request.output_ids;
    }
  }
  return outputs;
}

size_t NumMeasured(const std::string& path) {
  try {
    return Measured(path).size();
  } catch (const Error&) {
    return 0;  // not created yet
  }
}

TEST(KillModelTest, ResumedRunsHaveTheTokensOfAnUninterruptedOne) {
  if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
  const TemporaryFolder folder;
  const std::string whole = (folder / "whole.db").string();
  const std::string killed = (folder / "killed.db").string();
  const auto arguments = [&](const std::string& path) {
    std::vector<std::string> command = {"run",
                                        "--target",
                                        TargetFile(),
                                        "--workload",
                                        DSB_SOURCE_DIR "/workloads/math.jsonl",
                                        "--limit",
                                        std::to_string(kPrompts),
                                        "--max-tokens",
                                        "32",
                                        "--temperature",
                                        "1",
                                        "--warmup",
                                        "1",
                                        "--threads",
                                        "2",
                                        "--output",
                                        path,
                                        "--no-report"};
    if (std::filesystem::exists(path)) command.emplace_back("--resume");
    return command;
  };
  ASSERT_EQ(RunChild(arguments(whole)).exit_code, 0);
  const Outputs expected = Measured(whole);
  ASSERT_EQ(expected.size(), 2 * kPrompts);

  size_t num_kept = 0;
  int num_killed = 0;
  for (int kill_index = 0; kill_index < kKills; ++kill_index) {
    ChildProcess child(arguments(killed));
    // Strike in the middle of the run: when two more requests are in the file.
    const size_t enough = std::min(num_kept + 2, 2 * kPrompts - 2);
    for (int tries = 0; tries < 20'000 && NumMeasured(killed) < enough; ++tries) usleep(2000);
    const size_t acknowledged = NumMeasured(killed);
    child.Signal(SIGKILL);
    num_killed += child.Wait().signal == SIGKILL ? 1 : 0;
    const Store store(killed, {});
    EXPECT_EQ(store.IntegrityCheck(), "ok");
    num_kept = NumMeasured(killed);
    EXPECT_GE(num_kept, acknowledged);
    for (const auto& [key, tokens] : Measured(killed)) EXPECT_EQ(tokens, expected.at(key));
  }
  EXPECT_GE(num_killed, 1);
  const ChildResult result = RunChild(arguments(killed));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Measured(killed), expected);
  const Store store(killed, {.mode = Store::Mode::kReadOnly});
  for (const RunRecord& run : ReadRuns(store)) EXPECT_EQ(run.state, "complete");
}

}  // namespace
}  // namespace dsb
