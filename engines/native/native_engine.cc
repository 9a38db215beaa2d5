#include "engines/native/native_engine.h"

#include <utility>

#include "base/error.h"
#include "engines/scheduling/calibration.h"
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
      verify_scratch_(static_cast<size_t>(pool.num_threads())),
      law_confidence_(parts_.drafter != nullptr && !parts_.drafter->has_confidence() &&
                      parts_.policy.entry().needs_confidence),
      deferred_(parts_.max_concurrency) {
  DSB_CHECK(parts_.policy.budget != nullptr);
}

EngineDescription NativeEngine::Describe() const {
  EngineDescription description;
  description.engine = "native";
  description.verifies_exactly = true;
  description.isa = IsaName(ActiveIsa());
  description.max_concurrency = parts_.max_concurrency;
  description.device_time_source = "cpu_thread";
  description.weight_bytes_per_pass = parts_.target->weight_bytes_per_pass();
  description.flops_per_token = parts_.target->flops_per_token();
  if (parts_.drafter == nullptr) return description;
  description.draft_length = parts_.draft_length;
  description.confidence = parts_.drafter->has_confidence() ? kHeadConfidence
                           : law_confidence_                ? kLawConfidence
                                                            : "";
  description.bytes_per_draft = parts_.drafter->bytes_per_draft();
  description.flops_per_draft = parts_.drafter->flops_per_draft();
  return description;
}

void NativeEngine::Admit(EngineRequest request) {
  const int32_t slot = table_.Admit(std::move(request));
  if (parts_.drafter == nullptr) return;
  parts_.drafter->Begin(slot);
  deferred_.Forget(slot);
}

void NativeEngine::Cancel(int64_t request_id) { table_.Cancel(request_id); }

StepResult NativeEngine::Step(int64_t /*until_ns*/) {
  StepResult result;
  PhaseTimer timer(*clock_, *pool_, instrumentation_, result);
  for (const int32_t slot : table_.EndCancelled(result)) runner_.End(slot);
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
  for (const int32_t slot : table_.RemoveEnded(result)) runner_.End(slot);
  timer.Finish();
  return result;
}

}  // namespace dsb
