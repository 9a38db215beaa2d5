#include "engines/simulated/simulated_engine.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"

namespace dsb {

SimulatedEngine::SimulatedEngine(SimulatedArm arm, const SimulatedEngineOptions& options,
                                 Clock& clock)
    : rounds_(std::move(arm)), options_(options), clock_(&clock) {
  DSB_CHECK(clock.is_virtual() && options.max_concurrency >= 1 &&
            options.prefill_chunk_tokens >= 1);
  for (int32_t slot = options.max_concurrency; slot-- > 0;) free_slots_.push_back(slot);
}

EngineDescription SimulatedEngine::Describe() const {
  EngineDescription description;
  description.engine = "simulated";
  description.isa = "none";
  description.draft_length = rounds_.arm().draft_length;
  description.max_concurrency = options_.max_concurrency;
  description.reports_ids = false;
  description.device_time_source = "model";
  const AcceptanceModel* const acceptance = rounds_.arm().acceptance.get();
  const bool recorded = acceptance == nullptr || acceptance->recorded();
  description.provenance = {
      .acceptance =
          recorded ? Provenance::Acceptance::kRecorded : Provenance::Acceptance::kSynthetic,
      .time = Provenance::Time::kModelled,
      .note = std::string("time: ") + CostKindName(rounds_.arm().cost->kind()) +
              "; acceptance: " + (acceptance == nullptr ? "no drafts" : acceptance->Description())};
  return description;
}

void SimulatedEngine::Admit(EngineRequest request) {
  const std::string name = "request " + std::to_string(request.id);
  const auto prompt = static_cast<int64_t>(request.prompt.size());
  if (prompt < 1 || request.max_tokens < 1) {
    ThrowBadInput(name + ": found " + std::to_string(prompt) + " prompt tokens and a limit of " +
                  std::to_string(request.max_tokens) + ", expected 1 or more of both");
  }
  const int64_t needed = prompt + request.max_tokens + rounds_.arm().draft_length + 1;
  if (needed > options_.context_tokens) {
    ThrowBadInput(name + " needs " + std::to_string(needed) + " context tokens (prompt " +
                  std::to_string(prompt) + "), expected at most " +
                  std::to_string(options_.context_tokens));
  }
  if (options_.cache_tokens > 0 && prompt + request.max_tokens > options_.cache_tokens) {
    ThrowBadInput(name + " needs " + std::to_string(prompt + request.max_tokens) +
                  " cache positions, expected at most " + std::to_string(options_.cache_tokens));
  }
  if (free_slots_.empty()) {
    ThrowBadInput("more than " + std::to_string(options_.max_concurrency) + " requests in flight");
  }
  Sequence sequence;
  sequence.id = request.id;
  sequence.key = {.seed = request.seed, .request = request.random_id};
  sequence.load = {.slot = free_slots_.back(), .generation = num_admitted_++};
  sequence.prompt_tokens = static_cast<int32_t>(prompt);
  sequence.max_tokens = request.max_tokens;
  free_slots_.pop_back();
  if (const AcceptanceModel* const acceptance = rounds_.arm().acceptance.get()) {
    const auto answer = acceptance->AnswerTokens(request.seed, request.random_id);
    if (answer && *answer < request.max_tokens) {
      sequence.max_tokens = std::max(*answer, 1);
      sequence.ends = EndReason::kStop;
    }
  }
  sequences_.push_back(sequence);
}

StepResult SimulatedEngine::Step(int64_t /*until_ns*/) {
  StepResult result;
  result.start_ns = clock_->NowNs();
  EndCancelled(result);
  if (sequences_.empty()) return result;
  ++num_steps_;
  TakeIn();
  // As in the native engine: who is prefilled in this step decodes from the next one on.
  decoding_.clear();
  for (size_t i = 0; i < sequences_.size(); ++i) {
    const Sequence& sequence = sequences_[i];
    result.num_requests += sequence.waiting ? 0 : 1;
    if (sequence.num_output > 0) decoding_.push_back(i);
  }
  Prefill(result);
  if (!decoding_.empty()) Decode(result);
  RemoveEnded(result);
  result.wall_ns = clock_->NowNs() - result.start_ns;
  return result;
}

void SimulatedEngine::EndCancelled(StepResult& result) {
  if (cancelled_.empty()) return;
  for (const Sequence& sequence : sequences_) {
    if (!cancelled_.contains(sequence.id)) continue;
    TokenBurst& burst = result.bursts.emplace_back();
    burst.request_id = sequence.id;
    burst.time_ns = result.start_ns;
    burst.end = EndReason::kCancelled;
  }
  cancelled_.clear();
  RemoveEnded(result);
}

void SimulatedEngine::TakeIn() {
  for (Sequence& sequence : sequences_) {
    if (!sequence.waiting) continue;
    // Nobody is let past: the first that finds no room holds up those behind it.
    const int64_t after = cached_tokens_ + sequence.room();
    if (options_.cache_tokens > 0 && after > options_.cache_tokens) return;
    cached_tokens_ = after;
    sequence.waiting = false;
  }
}

void SimulatedEngine::Pass(Phase phase, double ms, StepResult& result) {
  if (instrumentation_.observer != nullptr) {
    instrumentation_.observer->OnPhaseBegin(phase, nullptr);
  }
  constexpr double kMostNs = 4e18;  // 126 years: what a clock can count
  if (!(static_cast<double>(clock_->NowNs()) + ms * 1e6 < kMostNs)) {
    ThrowBadInput("virtual time would pass 126 years with a step of " + std::to_string(ms) +
                  " ms, expected a faster machine or prefill");
  }
  const auto ns = static_cast<int64_t>(std::llround(ms * 1e6));
  clock_->SleepUntilNs(clock_->NowNs() + ns);
  result.phases[static_cast<int>(phase)].wall_ns += ns;
  if (instrumentation_.observer != nullptr) {
    instrumentation_.observer->OnPhaseEnd(phase, nullptr);
  }
}

void SimulatedEngine::Prefill(StepResult& result) {
  int32_t budget = options_.prefill_chunk_tokens;
  finished_.clear();
  for (size_t i = 0; i < sequences_.size() && budget > 0; ++i) {
    Sequence& sequence = sequences_[i];
    if (sequence.waiting || sequence.num_output > 0) continue;
    if (sequence.prefilled == 0) result.admitted.push_back(sequence.id);
    const int32_t count = std::min(budget, sequence.prompt_tokens - sequence.prefilled);
    budget -= count;
    sequence.prefilled += count;
    result.num_prefill_tokens += count;
    result.padded_tokens += count;
    result.context_tokens += sequence.prefilled;
    if (sequence.prefilled == sequence.prompt_tokens) finished_.push_back(i);
  }
  if (result.num_prefill_tokens == 0) return;
  Pass(Phase::kPrefill, rounds_.arm().cost->PrefillMs(result.num_prefill_tokens), result);
  for (const size_t i : finished_) Emit(sequences_[i], 1, result);
}

void SimulatedEngine::Decode(StepResult& result) {
  loads_.clear();
  keys_.clear();
  for (const size_t i : decoding_) {
    Sequence& sequence = sequences_[i];
    sequence.load.most =
        std::min(rounds_.arm().draft_length, sequence.max_tokens - sequence.num_output - 1);
    sequence.key.round = sequence.load.round;
    loads_.push_back(sequence.load);
    keys_.push_back(sequence.key);
  }
  const RoundWork work = rounds_.Run(num_steps_, loads_, keys_);
  result.budget_tokens = work.budget_tokens;
  result.num_draft_tokens = static_cast<int32_t>(work.num_draft_tokens);
  result.num_verify_tokens = static_cast<int32_t>(work.num_verify_tokens);
  result.padded_tokens += static_cast<int32_t>(work.padded_tokens);
  if (work.draft_ms > 0) Pass(Phase::kDraft, work.draft_ms, result);
  Pass(Phase::kVerify, work.verify_ms, result);
  if (work.overhead_ms > 0) Pass(Phase::kOther, work.overhead_ms, result);
  result.rounds.reserve(decoding_.size());
  result.bursts.reserve(result.bursts.size() + decoding_.size());
  for (size_t i = 0; i < decoding_.size(); ++i) {
    Sequence& sequence = sequences_[decoding_[i]];
    const SimulatedOutcome& outcome = rounds_.outcomes()[i];
    const int32_t position = sequence.prompt_tokens + sequence.num_output - 1;
    result.context_tokens += position + 1 + outcome.verified;
    RoundOutcome& round = result.rounds.emplace_back();
    round.request_id = sequence.id;
    round.position = position;
    round.proposed = outcome.proposed;
    round.verified = outcome.verified;
    round.accepted = outcome.accepted;
    round.committed = outcome.accepted + 1;
    if (options_.reports_confidence && rounds_.arm().acceptance != nullptr &&
        rounds_.arm().acceptance->has_confidence()) {
      const std::span<const float> said = rounds_.confidence(i);
      round.confidence.assign(said.begin(), said.end());
    }
    ++sequence.load.round;
    Emit(sequence, round.committed, result);
  }
}

void SimulatedEngine::Emit(Sequence& sequence, int32_t num_tokens, StepResult& result) {
  sequence.num_output += num_tokens;
  TokenBurst& burst = result.bursts.emplace_back();
  burst.request_id = sequence.id;
  burst.time_ns = clock_->NowNs();
  burst.num_tokens = num_tokens;
  if (sequence.num_output >= sequence.max_tokens) burst.end = sequence.ends;
}

void SimulatedEngine::RemoveEnded(const StepResult& result) {
  ended_.clear();
  for (const TokenBurst& burst : result.bursts) {
    if (burst.end != EndReason::kNone) ended_.push_back(burst.request_id);
  }
  if (ended_.empty()) return;
  std::sort(ended_.begin(), ended_.end());
  std::erase_if(sequences_, [this](const Sequence& sequence) {
    if (!std::binary_search(ended_.begin(), ended_.end(), sequence.id)) return false;
    free_slots_.push_back(sequence.load.slot);
    if (!sequence.waiting) cached_tokens_ -= sequence.room();
    return true;
  });
}

}  // namespace dsb
