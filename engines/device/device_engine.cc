#include "engines/device/device_engine.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engines/device/device_arrays.h"

namespace dsb {

DeviceEngine::DeviceEngine(DeviceEngineParts parts, ThreadPool& pool, const Clock& clock)
    : parts_(std::move(parts)),
      pool_(&pool),
      clock_(&clock),
      table_({.max_concurrency = parts_.max_concurrency,
              .context_tokens = parts_.context_tokens,
              .draft_length = parts_.draft_length,
              .vocab_size = parts_.target->model()->config().vocab_size},
             clock),
      owned_stream_(cuda::MakeStream()),
      stream_(owned_stream_.get()),
      launches_(parts_.graphs),
      prefill_(std::make_unique<PrefillArrays>()),
      round_(std::make_unique<RoundArrays>()) {
  DSB_CHECK(parts_.drafter != nullptr || parts_.draft_length == 0);
  DSB_CHECK(parts_.policy.budget != nullptr);
  const PolicyEntry& policy = parts_.policy.entry();
  if (!policy.on_device) {
    ThrowBadInput("policy " + std::string(policy.name) + " does not run on a device");
  }
  if (!parts_.policy.options.temperatures.empty()) {
    ThrowBadInput("confidences are not calibrated on a device, expected no calibration");
  }
  PlanMemory();
}

DeviceEngine::~DeviceEngine() = default;

int32_t DeviceEngine::Padded(int32_t count) const {
  int32_t size = 1;
  while (size < count) size *= 2;
  return std::min(size, parts_.max_concurrency);
}

cuda::DraftRows DeviceEngine::Drafts(int32_t num_requests) const {
  const RoundArrays& round = *round_;
  const DeviceDrafter* drafter = parts_.drafter.get();
  const int64_t vocab = drafter == nullptr ? 0 : drafter->draft_vocab_size();
  return {.num_requests = num_requests,
          .block = std::max(1, parts_.draft_length),
          .draft_vocab = static_cast<int32_t>(vocab),
          .laws = round.laws,
          .law_stride = vocab,
          .law_sums = round.law_sums,
          .tokens = round.drafts.device,
          .draft_indices = round.draft_indices,
          .num_drafted = round.num_drafted.device,
          .stop_tokens =
              drafter != nullptr && drafter->ends_at_stops() ? round.stop_tokens.device : nullptr,
          .map = round.map};
}

EngineDescription DeviceEngine::Describe() const {
  EngineDescription description;
  description.engine = "native";
  description.verifies_exactly = true;
  description.isa = "cuda";
  description.draft_length = parts_.draft_length;
  description.max_concurrency = parts_.max_concurrency;
  description.weight_bytes_per_pass = parts_.target->weight_bytes_per_pass();
  description.flops_per_token = parts_.target->model()->flops_per_token();
  if (parts_.drafter == nullptr) return description;
  description.bytes_per_draft = parts_.drafter->bytes_per_draft();
  description.flops_per_draft = parts_.drafter->flops_per_draft();
  return description;
}

void DeviceEngine::Admit(EngineRequest request) {
  if (static_cast<int32_t>(request.stop_tokens.size()) > kMostStopTokens) {
    ThrowBadInput("request " + std::to_string(request.id) + " has " +
                  std::to_string(request.stop_tokens.size()) + " stop tokens, expected at most " +
                  std::to_string(kMostStopTokens));
  }
  table_.Admit(std::move(request));
}

StepResult DeviceEngine::Step(int64_t /*until_ns*/) {
  StepResult result;
  PhaseTimer timer(*clock_, *pool_, instrumentation_, result, stream_);
  table_.EndCancelled(result);
  const std::vector<Sequence*> prefilling = table_.Prefilling();
  const std::vector<Sequence*> decoding = table_.Decoding();
  result.num_requests = static_cast<int32_t>(prefilling.size() + decoding.size());
  if (result.num_requests > 0) {
    ++num_steps_;
    spans_.Start(instrumentation_.phase_times, stream_);
    const std::vector<PrefillChunk> chunks =
        table_.TakeChunks(prefilling, parts_.prefill_chunk_tokens, result);
    if (!chunks.empty()) LaunchPrefill(chunks, timer);
    if (!decoding.empty()) LaunchRound(decoding, result, timer);
    cuda::Synchronize(stream_);
    timer.Begin(Phase::kCommit);
    FinishPrefill(chunks, result);
    if (!decoding.empty()) FinishRound(decoding, result);
    timer.End(Phase::kCommit);
  }
  table_.RemoveEnded(result);
  timer.Finish();
  if (result.num_requests > 0) spans_.Collect(result);
  return result;
}

}  // namespace dsb
