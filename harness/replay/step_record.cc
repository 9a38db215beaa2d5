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
  record.budget_tokens = step.budget_tokens;
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

std::string BrokenBurst(const TokenBurst& burst, const EngineDescription& description) {
  const auto num_ids = static_cast<int32_t>(burst.tokens.size());
  const bool complete = num_ids == burst.num_tokens || (num_ids == 0 && !description.reports_ids);
  if (burst.num_tokens < 0 || !complete) {
    return "burst of " + std::to_string(burst.num_tokens) + " tokens with " +
           std::to_string(num_ids) + " ids";
  }
  return {};
}

}  // namespace dsb
