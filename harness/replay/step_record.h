// From what an engine reports to the store's records, and the invariants that every report must
// keep (measurement.md 4 and 10, level 0). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engines/engine_description.h"
#include "engines/step_result.h"
#include "results/records.h"

namespace dsb {

// Times become relative to `origin_ns`. Phases that took no time are left out.
StepRecord MakeStepRecord(const StepResult& step, int64_t run_id, int64_t step_idx,
                          int64_t origin_ns);
// Moves the round's vectors.
RoundRecord MakeRoundRecord(RoundOutcome& round, std::optional<int64_t> step_idx);

// Each returns what is wrong, empty if nothing is.
// 0 <= accepted <= verified <= proposed; committed <= accepted + 1, equal unless cut.
std::string BrokenRound(const RoundOutcome& round);
// As many ids as tokens, or none at all where `description` says so; ids in [0, vocab_size), or not
// negative for vocab_size 0.
std::string BrokenBurst(const TokenBurst& burst, const EngineDescription& description,
                        int64_t vocab_size);
// Not more tokens than allowed; times that never run back; of a request that ended by itself, where
// rounds are reported: 1 prefill token + sum of committed = tokens.
std::string BrokenRequest(const RequestRecord& record, const EngineDescription& description,
                          int64_t max_tokens);

}  // namespace dsb
