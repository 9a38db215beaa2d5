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
  const DeviceDrafter* drafter = parts_.drafter.get();
  std::string detail = "{\"device\":\"cuda\",\"target_bytes_per_pass\":" +
                       std::to_string(parts_.target->weight_bytes_per_pass()) +
                       ",\"device_engine_bytes\":" + std::to_string(device_bytes_);
  if (drafter != nullptr) {
    detail += ",\"drafter_bytes_per_draft\":" + std::to_string(drafter->bytes_per_draft()) +
              ",\"drafter_flops_per_draft\":" + std::to_string(drafter->flops_per_draft());
  }
  return {.engine = "native",
          .drafter = drafter == nullptr ? "none" : drafter->Name(),
          .policy = drafter == nullptr ? "none" : parts_.policy.entry().name,
          .draft_length = parts_.draft_length,
          .threads = pool_->num_threads(),
          .max_concurrency = parts_.max_concurrency,
          .max_context_tokens = parts_.context_tokens,
          .weight_mode = WeightModeName(parts_.target->model()->mode()),
          .isa = "cuda",
          .detail_json = detail + "}"};
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
