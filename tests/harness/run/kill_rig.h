// kill -9 of the real program at random moments, in a tenth of them while another process has the
// results file locked. Nothing that was committed may be lost, and --resume must complete the run:
// every request of every arm exactly once, with the tokens of a run that nobody killed, and a whole
// hash chain.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "results/store/sqlite.h"
#include "results/store/store.h"
#include "tests/harness/child_process.h"
#include "tests/results/store/chain_head.h"

namespace dsb {

struct KillPlan {
  // Of `run`, without --output and --resume.
  std::vector<std::string> arguments;
  int kills = 0;
  uint32_t seed = 0;
  useconds_t longest_us = 0;  // a kill comes so late at most; 0: 0.6 of what the whole run takes
  int kills_of_file = 4;      // then the run may end, and a new file begins
};

// DSBENCH_KILLS and DSBENCH_KILL_SEED, else these.
inline KillPlan PlanFromEnvironment(KillPlan plan) {
  if (const char* kills = std::getenv("DSBENCH_KILLS")) plan.kills = std::atoi(kills);
  if (const char* seed = std::getenv("DSBENCH_KILL_SEED")) {
    plan.seed = static_cast<uint32_t>(std::strtoul(seed, nullptr, 10));
  }
  return plan;
}

// A process that has `path` locked for `held_us` from `after_us` on, if there is such a file.
class LockingProcess {
 public:
  LockingProcess(const std::string& path, useconds_t after_us, useconds_t held_us) {
    pid_ = fork();
    if (pid_ != 0) return;
    usleep(after_us);
    try {
      Database database(path, path, SQLITE_OPEN_READWRITE);
      database.WaitForLocks({});
      database.Execute("BEGIN EXCLUSIVE");
      usleep(held_us);
    } catch (const Error&) {
      // Not created yet.
    }
    _exit(0);
  }
  ~LockingProcess() { waitpid(pid_, nullptr, 0); }
  LockingProcess(const LockingProcess&) = delete;
  LockingProcess& operator=(const LockingProcess&) = delete;

 private:
  pid_t pid_;
};

class KillRig {
 public:
  explicit KillRig(KillPlan plan) : plan_(PlanFromEnvironment(std::move(plan))) {}

  void Run() {
    std::printf("%d kills, seed %u\n", plan_.kills, plan_.seed);
    const std::string whole = (folder_ / "whole.db").string();
    const auto begin = std::chrono::steady_clock::now();
    const ChildResult result = RunChild(Arguments(whole));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const double longest_us = plan_.longest_us > 0 ? plan_.longest_us : 0.6 * took.count();
    expected_ = Measured(whole);
    ASSERT_GT(expected_.size(), 0U);

    std::mt19937 random(plan_.seed);
    int kills_of_file = 0, num_landed = 0, num_files = 0;
    std::string path = (folder_ / "0.db").string();
    for (int i = 0; i < plan_.kills; ++i) {
      SCOPED_TRACE("kill " + std::to_string(i) + ", seed " + std::to_string(plan_.seed));
      const auto kill_after_us =
          static_cast<useconds_t>(static_cast<double>(random()) * 0x1p-32 * longest_us);
      const auto lock_after_us = static_cast<useconds_t>(random() % (kill_after_us + 1));
      const auto locked_us = static_cast<useconds_t>(500'000 + random() % 2'500'000);
      const bool killed = KillOnce(path, kill_after_us, i % 10 == 1 ? locked_us : 0, lock_after_us);
      num_landed += killed ? 1 : 0;
      if (++kills_of_file < plan_.kills_of_file && killed && i + 1 < plan_.kills) continue;
      Complete(path);
      path = (folder_ / (std::to_string(++num_files) + ".db")).string();
      kills_of_file = 0;
    }
    EXPECT_GE(2 * num_landed, plan_.kills);
  }

 private:
  // Output tokens by arm, item and repeat.
  using Outputs = std::map<std::pair<std::string, std::string>, std::vector<int32_t>>;

  std::vector<std::string> Arguments(const std::string& path) const {
    std::vector<std::string> arguments = plan_.arguments;
    for (const char* more : {"--output", path.c_str(), "--no-report"}) {
      arguments.emplace_back(more);
    }
    if (std::filesystem::exists(path)) arguments.emplace_back("--resume");
    return arguments;
  }

  static Outputs Measured(const std::string& path) {
    Outputs outputs;
    const Store store(path, {.mode = Store::Mode::kReadOnly});
    for (const RunRecord& run : ReadRuns(store)) {
      for (const RequestRow& row :
           ReadRun(store, run.id, {.token_ids = true, .steps = false}).requests) {
        if (row.request.phase != "measured") continue;
        const std::string key = row.prompt.item_key + " " + std::to_string(row.request.repeat);
        // Twice in one arm, also in two runs of it, would be one too many.
        const bool is_new =
            outputs.emplace(std::pair(run.drafter, key), row.request.output_ids).second;
        EXPECT_TRUE(is_new) << run.drafter << ' ' << key;
      }
    }
    return outputs;
  }
  static Outputs MeasuredSoFar(const std::string& path) {
    try {
      return Measured(path);
    } catch (const Error&) {
      return {};  // not created yet
    }
  }

  bool KillOnce(const std::string& path, useconds_t kill_after_us, useconds_t locked_us,
                useconds_t lock_after_us) {
    ChildProcess child(Arguments(path));
    std::unique_ptr<LockingProcess> locking;
    if (locked_us > 0) locking = std::make_unique<LockingProcess>(path, lock_after_us, locked_us);
    usleep(kill_after_us);
    const Outputs acknowledged = MeasuredSoFar(path);
    child.Signal(SIGKILL);
    const bool killed = child.Wait().signal == SIGKILL;
    // The lock may still be held: opening waits for it.
    if (std::filesystem::exists(path)) CheckWhole(path);
    const Outputs kept = MeasuredSoFar(path);
    for (const auto& [key, tokens] : acknowledged) {
      EXPECT_TRUE(kept.contains(key)) << key.first << ' ' << key.second;
    }
    for (const auto& [key, tokens] : kept) EXPECT_EQ(tokens, expected_.at(key));
    return killed;
  }

  static void CheckWhole(const std::string& path) {
    const Store store(path, {});
    EXPECT_EQ(store.IntegrityCheck(), "ok");
    for (const RunRecord& run : ReadRuns(store)) {
      EXPECT_NE(run.state, "running");
      EXPECT_NE(ChainHeadOf(store, run.id), "") << "run " << run.id;
    }
  }

  void Complete(const std::string& path) {
    const ChildResult result = RunChild(Arguments(path));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    CheckWhole(path);
    EXPECT_TRUE(Measured(path) == expected_) << "a request is missing or has other tokens";
    const Store store(path, {.mode = Store::Mode::kReadOnly});
    for (const RunRecord& run : ReadRuns(store)) EXPECT_EQ(run.state, "complete");
  }

  const KillPlan plan_;
  const TemporaryFolder folder_;
  Outputs expected_;
};

}  // namespace dsb
