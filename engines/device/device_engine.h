// The native engine's step on a device: draft, confidence, admission, one flattened target pass,
// verification and the drafter's update follow each other on one stream; the host describes the
// round before and reads accepted counts and tokens after it, in one copy each way. The twin of
// engines/native/native_engine.h and behind the same interface.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/thread_pool.h"
#include "engines/decoding/phase_timer.h"
#include "engines/decoding/sequence_table.h"
#include "engines/device/device_drafter.h"
#include "engines/device/device_plan.h"
#include "engines/device/device_runner.h"
#include "engines/device/device_spans.h"
#include "engines/device/launch_cache.h"
#include "engines/device/mirror_block.h"
#include "engines/engine.h"
#include "engines/scheduling/policy.h"
#include "kernels/cuda/common/stream_events.h"
#include "kernels/cuda/sampling/verify.h"

namespace dsb {

struct DeviceEngineParts {
  std::shared_ptr<const DeviceTarget> target;
  std::unique_ptr<DeviceDrafter> drafter;  // null: plain decoding
  VerifyPolicy policy;                     // from MakePolicy; its admission runs on the device
  int32_t draft_length = 0;                // drafts wanted per round at most; 0 without a drafter
  int32_t max_concurrency = 1;
  int32_t context_tokens = 0;          // positions per sequence
  int32_t prefill_chunk_tokens = 256;  // per step, over all sequences
  bool graphs = true;                  // where the device has them
};

class DeviceEngine : public Engine {
 public:
  // Takes all memory that it will ever need: kResource naming the bytes needed and free. kBadInput
  // on a policy that no device has, or a calibration. `pool` and `clock` outlive the engine.
  DeviceEngine(DeviceEngineParts parts, ThreadPool& pool, const Clock& clock);
  ~DeviceEngine() override;
  EngineDescription Describe() const override;
  void Admit(EngineRequest request) override;
  StepResult Step(int64_t until_ns) override;
  void Cancel(int64_t request_id) override { table_.Cancel(request_id); }
  void Instrument(const Instrumentation& instrumentation) override {
    instrumentation_ = instrumentation;
  }

 private:
  struct PrefillArrays;
  struct RoundArrays;

  void PlanMemory();
  void PlanModels(DevicePlan& plan);
  void PlanPrefill(DevicePlan& plan);
  void PlanRound(DevicePlan& plan);
  void PlanDraftMap(DevicePlan& plan);
  // Requests of a pass with room for `count`: so few sizes that each can have its graphs.
  int32_t Padded(int32_t count) const;
  // Rows of a target pass that verifies `budget` drafts at most.
  int32_t PassRows(int32_t num_requests, int32_t budget) const;
  cuda::DraftRows Drafts(int32_t num_requests) const;

  void LaunchPrefill(std::span<const PrefillChunk> chunks, PhaseTimer& timer);
  void FinishPrefill(std::span<const PrefillChunk> chunks, StepResult& result);
  void DescribeRound(std::span<Sequence* const> sequences, int32_t num_requests);
  void LaunchRound(std::span<Sequence* const> sequences, StepResult& result, PhaseTimer& timer);
  void LaunchDraft(int32_t num_requests, PhaseTimer& timer);
  void LaunchVerify(int32_t num_requests, int32_t num_rows, PhaseTimer& timer);
  void FinishRound(std::span<Sequence* const> sequences, StepResult& result);
  // One stage of a round at one size.
  template <class Launches>
  void RunStage(Phase phase, const LaunchKey& key, PhaseTimer& timer, Launches&& launch);

  DeviceEngineParts parts_;
  ThreadPool* pool_;
  const Clock* clock_;
  Instrumentation instrumentation_;
  SequenceTable table_;
  cuda::OwnedStream owned_stream_;
  cuda::Stream stream_;
  LaunchCache launches_;
  DeviceSpans spans_;
  int64_t num_steps_ = 0;          // that worked on a request
  bool drafting_ = false;          // in the round in progress, unless the budget said kNoDraft
  std::vector<RequestLoad> load_;  // of the round in progress, before its draft
  std::unique_ptr<DeviceRunner> runner_;
  std::unique_ptr<PrefillArrays> prefill_;
  std::unique_ptr<RoundArrays> round_;
  cuda::VerifyWorkspace verify_workspace_;
  std::byte* verify_memory_ = nullptr;
  cuda::DeviceBuffer<std::byte> memory_;
};

}  // namespace dsb
