#include "harness/run/recording_sink.h"

#include <utility>

namespace dsb {

void RecordingSink::OnRequest(RequestRecord record) {
  if (record.phase == "measured") {
    ++to_.counts.done;
    for (const BurstRecord& burst : record.bursts) to_.counts.tokens += burst.num_tokens;
    for (const RoundRecord& round : record.rounds) {
      if (!drafts_) break;
      ++to_.counts.rounds;
      to_.counts.committed_tokens += round.committed;
    }
  }
  to_.recorder.Add(std::move(record));
  to_.progress.Update(to_.counts);  // an engine may report no steps
}

void RecordingSink::OnStep(StepRecord record) {
  to_.counts.prompt_tokens += record.num_prefill_tokens;
  if (to_.tracer != nullptr) {
    to_.tracer->OnStep(std::move(record));
  } else {
    to_.recorder.Add(std::move(record));
  }
  to_.progress.Update(to_.counts);
}

}  // namespace dsb
