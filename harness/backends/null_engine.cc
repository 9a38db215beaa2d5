#include "harness/backends/null_engine.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/split_mix.h"

namespace dsb {
namespace {

double UnitReal(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

}  // namespace

int32_t NullToken(uint64_t random_id, int32_t index, int32_t vocab_size) {
  // Cheap, so that the harness is what gets measured.
  const uint64_t bits = SplitMix(random_id ^ SplitMix(static_cast<uint64_t>(index)));
  return static_cast<int32_t>(bits % static_cast<uint64_t>(vocab_size));
}

NullEngine::NullEngine(const NullEngineOptions& options, Clock& clock)
    : options_(options), clock_(clock) {
  DSB_CHECK(options.vocab_size >= 1 && options.draft_length >= 0);
}

EngineDescription NullEngine::Describe() const {
  EngineDescription description;
  description.engine = kNullEngineName;
  description.isa = "none";
  description.draft_length = options_.draft_length;
  description.max_concurrency = options_.max_concurrency;
  description.provenance = {.acceptance = Provenance::Acceptance::kSynthetic,
                            .time = Provenance::Time::kModelled,
                            .note = "null engine"};
  return description;
}

void NullEngine::Admit(EngineRequest request) {
  if (static_cast<int32_t>(sequences_.size()) >= options_.max_concurrency) {
    ThrowBadInput("null engine: more than " + std::to_string(options_.max_concurrency) +
                  " requests at once");
  }
  const int64_t needed =
      static_cast<int64_t>(request.prompt.size()) + request.max_tokens + options_.draft_length + 1;
  if (request.prompt.empty() || request.max_tokens < 1 || needed > options_.max_context_tokens) {
    ThrowBadInput("null engine: request needs " + std::to_string(needed) + " of " +
                  std::to_string(options_.max_context_tokens) + " context tokens");
  }
  sequences_.push_back({.request = std::move(request)});
}

void NullEngine::Cancel(int64_t request_id) {
  for (Sequence& sequence : sequences_) {
    if (sequence.request.id == request_id) sequence.cancelled = true;
  }
}

StepResult NullEngine::Step(int64_t /*until_ns*/) {
  StepResult step;
  step.start_ns = clock_.NowNs();
  if (sequences_.empty()) return step;
  if (++num_steps_ == options_.fail_at_step) {
    ThrowResource("null engine: step " + std::to_string(num_steps_) + " fails as asked");
  }
  PhaseObserver* const observer = instrumentation_.observer;
  if (observer != nullptr) observer->OnPhaseBegin(Phase::kVerify, nullptr);
  if (options_.step_ns > 0) clock_.SleepUntilNs(step.start_ns + StepNs());
  if (observer != nullptr) observer->OnPhaseEnd(Phase::kVerify, nullptr);
  step.num_requests = static_cast<int32_t>(sequences_.size());
  const size_t num_requests = sequences_.size();
  step.bursts.reserve(num_requests);
  step.rounds.reserve(num_requests);
  bool broken = num_steps_ == options_.error_at_step;
  std::erase_if(sequences_, [&](Sequence& sequence) {
    if (!std::exchange(broken, false)) return Advance(sequence, step);
    TokenBurst& burst = step.bursts.emplace_back();
    burst.request_id = sequence.request.id;
    burst.end = EndReason::kError;
    burst.error = "null engine: request fails as asked";
    return true;
  });
  const int64_t end_ns = clock_.NowNs();
  for (TokenBurst& burst : step.bursts) {
    burst.time_ns = end_ns;
    burst.num_tokens = static_cast<int32_t>(burst.tokens.size());
  }
  step.wall_ns = end_ns - step.start_ns;
  if (instrumentation_.phase_times) {
    step.phases[static_cast<int>(Phase::kVerify)].wall_ns = step.wall_ns;
  }
  return step;
}

bool NullEngine::Advance(Sequence& sequence, StepResult& step) {
  const EngineRequest& request = sequence.request;
  TokenBurst& burst = step.bursts.emplace_back();
  burst.request_id = request.id;
  if (sequence.cancelled) {
    burst.end = EndReason::kCancelled;
    return true;
  }
  if (sequence.num_tokens == 0) {
    step.admitted.push_back(request.id);
    step.num_prefill_tokens += static_cast<int32_t>(request.prompt.size());
    const bool stop = AppendToken(sequence, burst);
    if (stop)
      burst.end = EndReason::kStop;
    else if (sequence.num_tokens == request.max_tokens)
      burst.end = EndReason::kLength;
    return burst.end != EndReason::kNone;
  }
  RoundOutcome& round = step.rounds.emplace_back();
  round.request_id = request.id;
  round.position = static_cast<int32_t>(request.prompt.size()) + sequence.num_tokens - 1;
  round.proposed = round.verified =
      std::min(options_.draft_length, request.max_tokens - sequence.num_tokens - 1);
  round.accepted = std::min(AcceptedDrafts(sequence), round.verified);
  round.confidence.assign(static_cast<size_t>(round.proposed), 0.5F);
  round.draft_ids.resize(static_cast<size_t>(round.proposed));
  for (int32_t i = 0; i < round.proposed; ++i) {
    const int32_t token =
        NullToken(request.random_id, sequence.num_tokens + i, options_.vocab_size);
    round.draft_ids[static_cast<size_t>(i)] =
        i < round.accepted ? token : (token + 1) % options_.vocab_size;
  }
  step.num_draft_tokens += round.proposed;
  step.num_verify_tokens += round.verified + 1;
  step.context_tokens += round.position + 1;
  burst.tokens.reserve(static_cast<size_t>(round.accepted) + 1);
  for (int32_t i = 0; i <= round.accepted && burst.end == EndReason::kNone; ++i) {
    if (AppendToken(sequence, burst))
      burst.end = EndReason::kStop;
    else if (sequence.num_tokens == request.max_tokens)
      burst.end = EndReason::kLength;
  }
  round.committed = static_cast<int32_t>(burst.tokens.size());
  if (round.committed < round.accepted + 1) round.cut = RoundCut::kStop;
  ++sequence.num_rounds;
  return burst.end != EndReason::kNone;
}

bool NullEngine::AppendToken(Sequence& sequence, TokenBurst& burst) const {
  const EngineRequest& request = sequence.request;
  const int32_t token = NullToken(request.random_id, sequence.num_tokens, options_.vocab_size);
  burst.tokens.push_back(token);
  ++sequence.num_tokens;
  return std::find(request.stop_tokens.begin(), request.stop_tokens.end(), token) !=
         request.stop_tokens.end();
}

int32_t NullEngine::AcceptedDrafts(const Sequence& sequence) const {
  if (options_.draft_length == 0) return 0;
  const auto index = static_cast<uint64_t>(sequence.num_rounds);
  uint64_t bits = SplitMix(~sequence.request.random_id ^ SplitMix(index));
  const uint64_t noise = SplitMix(bits ^ SplitMix(options_.noise_seed));
  if (options_.acceptance_noise > 0 && UnitReal(SplitMix(noise)) < options_.acceptance_noise) {
    bits = noise;
  }
  int32_t accepted = static_cast<int32_t>(bits % static_cast<uint64_t>(options_.draft_length + 1));
  if (!options_.accepted.empty()) accepted = options_.accepted[index % options_.accepted.size()];
  if (options_.accepted_cut <= 0) return accepted;
  int32_t cut = 0;
  for (int32_t i = 0; i < accepted; ++i) {
    cut += UnitReal(SplitMix(SplitMix(bits) + static_cast<uint64_t>(i))) < options_.accepted_cut;
  }
  return accepted - cut;
}

int64_t NullEngine::StepNs() const {
  if (options_.step_noise <= 0) return options_.step_ns;
  const uint64_t bits = SplitMix(options_.noise_seed ^ SplitMix(static_cast<uint64_t>(num_steps_)));
  const double factor = 1 + options_.step_noise * (2 * UnitReal(bits) - 1);
  return static_cast<int64_t>(static_cast<double>(options_.step_ns) * factor);
}

}  // namespace dsb
