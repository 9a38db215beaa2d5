#include "harness/replay/step_record.h"

#include <utility>

namespace dsb {

StepRecord MakeStepRecord(const StepResult& step, int64_t run_id, int64_t step_idx,
                          int64_t origin_ns) {
  StepRecord record;
  record.run_id = run_id;
  record.idx = step_idx;
  record.t_start_ns = step.start_ns - origin_ns;
  record.wall_ns = step.wall_ns;
  record.num_requests = step.num_requests;
  record.num_prefill_tokens = step.num_prefill_tokens;
  record.num_draft_tokens = step.num_draft_tokens;
  record.num_verify_tokens = step.num_verify_tokens;
  record.padded_tokens = step.padded_tokens;
  record.context_tokens = step.context_tokens;
  record.phases.reserve(kNumPhases);
  for (int i = 0; i < kNumPhases; ++i) {
    const PhaseSpan& span = step.phases[i];
    if (span.wall_ns == 0 && span.thread_cpu_ns == 0) continue;
    PhaseTimeRecord& phase = record.phases.emplace_back();
    phase.phase = PhaseName(static_cast<Phase>(i));
    phase.wall_ns = span.wall_ns;
    phase.thread_cpu_ns = span.thread_cpu_ns;
  }
  return record;
}

RoundRecord MakeRoundRecord(RoundOutcome& round, std::optional<int64_t> step_idx) {
  RoundRecord record;
  record.step_idx = step_idx;
  record.position = round.position;
  record.proposed = round.proposed;
  record.verified = round.verified;
  record.accepted = round.accepted;
  record.committed = round.committed;
  record.cut = static_cast<int64_t>(round.cut);
  record.confidence = std::move(round.confidence);
  record.draft_ids = std::move(round.draft_ids);
  return record;
}

std::string BrokenRound(const RoundOutcome& round) {
  const bool ordered =
      0 <= round.accepted && round.accepted <= round.verified && round.verified <= round.proposed;
  const bool whole = round.committed == round.accepted + 1;
  const bool cut =
      round.cut != RoundCut::kNone && round.committed >= 0 && round.committed <= round.accepted + 1;
  if (ordered && (whole || cut)) return {};
  return "round with proposed " + std::to_string(round.proposed) + ", verified " +
         std::to_string(round.verified) + ", accepted " + std::to_string(round.accepted) +
         ", committed " + std::to_string(round.committed);
}

std::string BrokenBurst(const TokenBurst& burst, const EngineDescription& description,
                        int64_t vocab_size) {
  const auto num_ids = static_cast<int32_t>(burst.tokens.size());
  const bool complete = num_ids == burst.num_tokens || (num_ids == 0 && !description.reports_ids);
  if (burst.num_tokens < 0 || !complete) {
    return "burst of " + std::to_string(burst.num_tokens) + " tokens with " +
           std::to_string(num_ids) + " ids";
  }
  for (const int32_t token : burst.tokens) {
    if (token < 0 || (vocab_size > 0 && token >= vocab_size)) {
      return "impossible token " + std::to_string(token);
    }
  }
  return {};
}

std::string BrokenRequest(const RequestRecord& record, const EngineDescription& description,
                          int64_t max_tokens) {
  int64_t num_tokens = 0;
  int64_t previous_ns = record.admitted_ns.value_or(record.issued_ns);
  for (const BurstRecord& burst : record.bursts) {
    num_tokens += burst.num_tokens;
    if (burst.t_ns < previous_ns) return "a burst before the event that it follows";
    previous_ns = burst.t_ns;
  }
  if (num_tokens > max_tokens) {
    return std::to_string(num_tokens) + " tokens where at most " + std::to_string(max_tokens) +
           " were allowed";
  }
  if (record.end_reason != "stop" && record.end_reason != "length") return {};
  if (!description.reports_rounds) return {};
  int64_t committed = 0;
  for (const RoundRecord& round : record.rounds) committed += round.committed;
  if (1 + committed != num_tokens) {
    return std::to_string(num_tokens) + " tokens where the prefill and the rounds committed " +
           std::to_string(1 + committed);
  }
  return {};
}

}  // namespace dsb
