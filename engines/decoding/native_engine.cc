#include "engines/decoding/native_engine.h"

#include <algorithm>

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
      verify_scratch_(static_cast<size_t>(pool.num_threads())) {
  for (int32_t slot = parts_.max_concurrency; slot-- > 0;) free_slots_.push_back(slot);
}

EngineDescription NativeEngine::Describe() const {
  const Drafter* drafter = parts_.drafter.get();
  std::string detail =
      "{\"target_bytes_per_pass\":" + std::to_string(parts_.target->weight_bytes_per_pass());
  if (drafter != nullptr) {
    detail += ",\"drafter_bytes_per_draft\":" + std::to_string(drafter->bytes_per_draft()) +
              ",\"drafter_flops_per_draft\":" + std::to_string(drafter->flops_per_draft());
  }
  const WeightMode mode = parts_.target->mode();
  return {.engine = "native",
          .drafter = drafter == nullptr ? "none" : drafter->Name(),
          .policy = drafter == nullptr ? "none" : parts_.policy->Name(),
          .draft_length = drafter == nullptr ? 0 : parts_.draft_length,
          .threads = pool_->num_threads(),
          .max_concurrency = parts_.max_concurrency,
          .max_context_tokens = parts_.context_tokens,
          .weight_mode = mode == WeightMode::kStored ? "stored"
                         : mode == WeightMode::kBf16 ? "bf16"
                         : mode == WeightMode::kF32  ? "f32"
                                                     : "q8",
          .isa = IsaName(ActiveIsa()),
          .detail_json = detail + "}"};
}

void NativeEngine::Admit(EngineRequest request) {
  DSB_CHECK(!request.prompt.empty() && request.max_tokens >= 1);
  const int64_t needed = static_cast<int64_t>(request.prompt.size()) + request.max_tokens +
                         (parts_.drafter == nullptr ? 0 : parts_.drafter->draft_length()) + 1;
  if (needed > parts_.context_tokens) {
    ThrowBadInput("request " + std::to_string(request.id) + " needs " + std::to_string(needed) +
                  " context tokens (prompt " + std::to_string(request.prompt.size()) +
                  "), expected at most " + std::to_string(parts_.context_tokens));
  }
  for (const int32_t token : request.prompt) {
    if (token < 0 || token >= parts_.target->config().vocab_size) {
      ThrowBadInput("request " + std::to_string(request.id) + ": token id " +
                    std::to_string(token) + " is outside the vocabulary of " +
                    std::to_string(parts_.target->config().vocab_size));
    }
  }
  if (free_slots_.empty()) {
    ThrowBadInput("more than " + std::to_string(parts_.max_concurrency) + " requests in flight");
  }
  const int32_t slot = free_slots_.back();
  free_slots_.pop_back();
  if (parts_.drafter != nullptr) parts_.drafter->Begin(slot);
  sequences_.push_back(std::make_unique<Sequence>(std::move(request), slot));
}

void NativeEngine::Cancel(int64_t request_id) { cancelled_.insert(request_id); }

StepResult NativeEngine::Step(int64_t /*until_ns*/) {
  StepResult result;
  PhaseTimer timer(*clock_, *pool_, result);
  EndCancelled(result);
  std::vector<Sequence*> prefilling, decoding;
  for (const auto& sequence : sequences_) {
    (sequence->prefilling() ? prefilling : decoding).push_back(sequence.get());
  }
  result.num_requests = static_cast<int32_t>(prefilling.size() + decoding.size());
  if (!prefilling.empty()) {
    Prefill(std::move(prefilling), result);
    timer.End(Phase::kPrefill);
  }
  if (!decoding.empty()) Decode(std::move(decoding), result, timer);
  RemoveEnded(result);
  timer.Finish();
  return result;
}

void NativeEngine::EndCancelled(StepResult& result) {
  for (const auto& sequence : sequences_) {
    if (!cancelled_.contains(sequence->request().id)) continue;
    result.bursts.push_back({.request_id = sequence->request().id,
                             .time_ns = clock_->NowNs(),
                             .tokens = {},
                             .end = EndReason::kCancelled,
                             .error = {}});
  }
  cancelled_.clear();
  RemoveEnded(result);
}

void NativeEngine::Emit(const Sequence& sequence, std::vector<int32_t> tokens, StepResult& result) {
  result.bursts.push_back({.request_id = sequence.request().id,
                           .time_ns = clock_->NowNs(),
                           .tokens = std::move(tokens),
                           .end = sequence.end(),
                           .error = {}});
}

void NativeEngine::Fail(const Sequence& sequence, StepResult& result) {
  result.bursts.push_back(
      {.request_id = sequence.request().id,
       .time_ns = clock_->NowNs(),
       .tokens = {},
       .end = EndReason::kError,
       .error = "the target's logits are not finite at position " +
                std::to_string(sequence.prompt_size() + sequence.num_output())});
}

void NativeEngine::RemoveEnded(const StepResult& result) {
  for (const TokenBurst& burst : result.bursts) {
    if (burst.end == EndReason::kNone) continue;
    const auto found = std::find_if(
        sequences_.begin(), sequences_.end(),
        [&burst](const auto& sequence) { return sequence->request().id == burst.request_id; });
    if (found == sequences_.end()) continue;
    free_slots_.push_back((*found)->slot());
    sequences_.erase(found);
  }
}

}  // namespace dsb
