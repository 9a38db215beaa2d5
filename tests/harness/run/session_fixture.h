// A run session over the null engine in virtual time and a real results file in a temporary folder.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/temporary_folder.h"
#include "harness/backends/backend.h"
#include "harness/backends/null_engine.h"
#include "harness/run/run_session.h"
#include "results/store/reader.h"
#include "results/store/store.h"

namespace dsb {

inline constexpr int64_t kTestStepNs = 1'000'000;

// The null engine for every arm; the arm named `failing_arm` gets the fault.
class TestBackend : public Backend {
 public:
  RenderedPrompt Render(std::span<const ChatMessage> conversation) const override {
    const std::string& text = conversation.back().content;
    return {.ids = std::vector<int32_t>(text.begin(), text.end())};
  }
  std::string AnswerText(std::span<const int32_t> ids, int64_t /*num_tokens*/) const override {
    return {ids.begin(), ids.end()};
  }
  std::vector<int32_t> stop_tokens() const override { return {}; }
  int64_t vocab_size() const override { return 256; }
  int64_t max_context_tokens() const override { return 1000; }
  std::optional<ArtifactRecord> target() const override { return std::nullopt; }
  BackendArm MakeArm(const ArmOptions& arm, const ArmRoom& room, Clock& clock) override {
    NullEngineOptions options;
    options.draft_length = arm.draft_length;
    options.max_concurrency = room.max_concurrency;
    options.max_context_tokens = room.context_tokens;
    options.step_ns = kTestStepNs;
    if (arm.drafter == failing_arm) {
      options.fail_at_step = fail_at_step;
      options.error_at_step = error_at_step;
    }
    return {std::make_unique<NullEngine>(options, clock), std::nullopt};
  }

  std::string failing_arm;
  int64_t fail_at_step = 0, error_at_step = 0;
};

// Sets `flag` when the clock has been read so often: an interrupt at a chosen moment.
class InterruptingClock : public VirtualClock {
 public:
  void SleepUntilNs(int64_t until_ns) override {
    VirtualClock::SleepUntilNs(until_ns);
    if (flag != nullptr && NowNs() >= interrupt_at_ns) *flag = true;
  }
  std::atomic<bool>* flag = nullptr;
  int64_t interrupt_at_ns = 0;
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    path_ = (folder_ / "results.db").string();
    inputs_.options.engine = "null";
    inputs_.options.drafters = {"none", "dspark"};
    inputs_.options.draft_length = 3;
    inputs_.options.arms = ParseArms(inputs_.options);
    inputs_.options.max_tokens = 8;
    inputs_.options.threads = 1;
    inputs_.options.warmup = 2;
    inputs_.workload.name = "test";
    inputs_.workload.sha256 = std::string(64, 'a');
    inputs_.workload.path = "test.jsonl";
    for (int i = 0; i < 6; ++i) {
      inputs_.prompts.push_back({"item-" + std::to_string(i),
                                 "test",
                                 i < 3 ? "math" : "code",
                                 {},
                                 {.ids = std::vector<int32_t>(3, i + 1)}});
    }
    inputs_.context_tokens = 64;
    inputs_.isa = "portable";
  }

  // One command. The interrupt comes when virtual time reaches `interrupt_at_ns` (0: never).
  RunSummary Run(int64_t interrupt_at_ns = 0) {
    std::atomic<bool> stop{false};
    InterruptingClock clock;
    clock.flag = interrupt_at_ns > 0 ? &stop : nullptr;
    clock.interrupt_at_ns = interrupt_at_ns;
    RunSession session(inputs_, backend_, clock);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> sink(std::fopen("/dev/null", "w"),
                                                         &std::fclose);
    Progress progress(clock, sink.get(), false);
    Store store(path_, {});
    return session.Run(PlanLoad(inputs_, session.num_arms()), store, progress, stop);
  }
  RunData Read(int64_t run_id) const {
    const Store store(path_, {.mode = Store::Mode::kReadOnly});
    return ReadRun(store, run_id, {.token_ids = true, .steps = true});
  }
  std::vector<RunRecord> Runs() const {
    return ReadRuns(Store(path_, {.mode = Store::Mode::kReadOnly}));
  }

  const TemporaryFolder folder_;
  std::string path_;
  RunInputs inputs_;
  TestBackend backend_;
};

inline int64_t NumMeasured(const RunData& data) {
  int64_t count = 0;
  for (const RequestRow& row : data.requests) count += row.request.phase == "measured" ? 1 : 0;
  return count;
}

}  // namespace dsb
