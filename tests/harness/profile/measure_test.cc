// What the profiler makes of an engine's times: an engine whose steps take what it is told.
#include "harness/profile/measure.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

namespace dsb {
namespace {

constexpr int64_t kPlainNs = 1000, kDraftNs = 300, kTokenNs = 10, kLaunchNs = 7, kTakeInNs = 50;

// On a device its draft phase is a launch; on a CPU it is drafting and taking in. What steps
// without drafts leave to be taken in, and prompts read after them, the next draft pays for.
class TimedEngine : public Engine {
 public:
  TimedEngine(std::shared_ptr<const SetBudget> set, bool on_device)
      : set_(std::move(set)), on_device_(on_device) {}
  EngineDescription Describe() const override { return {}; }
  void Admit(EngineRequest request) override { admitted_.push_back(request.id); }
  StepResult Step(int64_t /*until_ns*/) override {
    StepResult step;
    step.num_requests = static_cast<int32_t>(admitted_.size() + decoding_.size());
    if (!admitted_.empty()) {
      step.num_prefill_tokens = 1;
      for (const int64_t id : admitted_) step.bursts.emplace_back().request_id = id;
      decoding_.swap(admitted_);
      if (rested_) left_ += kPromptRows;
      return step;
    }
    const bool drafts = set_->tokens != kNoDraft;
    step.num_verify_tokens = step.num_requests + (drafts ? set_->tokens : 0);
    const int64_t draft_ns = drafts ? kDraftNs + kTakeInNs * std::exchange(left_, 0) : 0;
    rested_ = !drafts;
    if (rested_) ++left_;
    step.wall_ns = kPlainNs + kTokenNs * step.num_verify_tokens + draft_ns;
    step.phases[static_cast<int>(Phase::kDraft)].wall_ns =
        on_device_ ? kLaunchNs : kLaunchNs + draft_ns;
    return step;
  }
  void Cancel(int64_t /*id*/) override { decoding_.clear(); }

 private:
  std::shared_ptr<const SetBudget> set_;
  const bool on_device_;
  static constexpr int64_t kPromptRows = 5;
  std::vector<int64_t> admitted_, decoding_;
  bool rested_ = false;
  int64_t left_ = 0;
};

TEST(ProfileRequests, TellsDraftingFromThePassOnACpuAndOnADevice) {
  const std::vector<int32_t> text = {1, 2, 3};
  const std::atomic<bool> stop = false;
  for (const bool on_device : {false, true}) {
    SCOPED_TRACE(on_device);
    const auto set = std::make_shared<SetBudget>();
    TimedEngine engine(set, on_device);
    ProfiledRow row;
    ASSERT_TRUE(ProfileRequests({.requests = 2,
                                 .context_depth = 3,
                                 .samples = 3,
                                 .draft_length = 2,
                                 .text = text,
                                 .on_device = on_device},
                                *set, engine, stop, row));
    EXPECT_EQ(row.draft.median_ns, kDraftNs);
    for (const CostPoint& point : row.verify.by_tokens.points()) {
      EXPECT_EQ(point.median_ns, kPlainNs + kTokenNs * point.at) << point.at;
    }
  }
}

}  // namespace
}  // namespace dsb
