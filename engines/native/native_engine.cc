#include "engines/native/native_engine.h"

#include <utility>

#include "base/error.h"
#include "kernels/isa.h"

namespace dsb {

NativeEngine::NativeEngine(NativeEngineParts parts, ThreadPool& pool, const Clock& clock)
    : parts_(std::move(parts)),
      pool_(&pool),
      clock_(&clock),
      runner_(
          parts_.target,
          {.num_slots = parts_.max_concurrency,
           .context_tokens = parts_.context_tokens,
           .feature_layers = parts_.drafter == nullptr
                                 ? std::vector<int32_t>{}
                                 : std::vector<int32_t>(parts_.drafter->feature_layers().begin(),
                                                        parts_.drafter->feature_layers().end())},
          pool),
      table_({.max_concurrency = parts_.max_concurrency,
              .context_tokens = parts_.context_tokens,
              .draft_length = parts_.drafter == nullptr ? 0 : parts_.draft_length,
              .vocab_size = parts_.target->config().vocab_size},
             clock),
      verify_scratch_(static_cast<size_t>(pool.num_threads())) {
  DSB_CHECK(parts_.policy.budget != nullptr);
}

EngineDescription NativeEngine::Describe() const {
  const Drafter* drafter = parts_.drafter.get();
  std::string detail =
      "{\"target_bytes_per_pass\":" + std::to_string(parts_.target->weight_bytes_per_pass());
  if (drafter != nullptr) {
    detail += ",\"drafter_bytes_per_draft\":" + std::to_string(drafter->bytes_per_draft()) +
              ",\"drafter_flops_per_draft\":" + std::to_string(drafter->flops_per_draft());
  }
  return {.engine = "native",
          .drafter = drafter == nullptr ? "none" : drafter->Name(),
          .policy = drafter == nullptr ? "none" : parts_.policy.entry().name,
          .draft_length = drafter == nullptr ? 0 : parts_.draft_length,
          .threads = pool_->num_threads(),
          .max_concurrency = parts_.max_concurrency,
          .max_context_tokens = parts_.context_tokens,
          .weight_mode = WeightModeName(parts_.target->mode()),
          .isa = IsaName(ActiveIsa()),
          .detail_json = detail + "}"};
}

void NativeEngine::Admit(EngineRequest request) {
  const int32_t slot = table_.Admit(std::move(request));
  if (parts_.drafter != nullptr) parts_.drafter->Begin(slot);
}

void NativeEngine::Cancel(int64_t request_id) { table_.Cancel(request_id); }

StepResult NativeEngine::Step(int64_t /*until_ns*/) {
  StepResult result;
  PhaseTimer timer(*clock_, *pool_, instrumentation_, result);
  table_.EndCancelled(result);
  const std::vector<Sequence*> prefilling = table_.Prefilling();
  std::vector<Sequence*> decoding = table_.Decoding();
  result.num_requests = static_cast<int32_t>(prefilling.size() + decoding.size());
  if (result.num_requests > 0) ++num_steps_;
  if (!prefilling.empty()) {
    timer.Begin(Phase::kPrefill);
    Prefill(prefilling, result);
    timer.End(Phase::kPrefill);
  }
  if (!decoding.empty()) Decode(std::move(decoding), result, timer);
  table_.RemoveEnded(result);
  timer.Finish();
  return result;
}

}  // namespace dsb
