// What an engine says after a step: tokens that became visible, and, where it declares so
// (engine_description.h), the rounds they came from and the work that was done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engines/phases.h"

namespace dsb {

enum class EndReason { kNone, kStop, kLength, kCancelled, kTimeout, kError };
const char* EndReasonName(EndReason reason);  // none, stop, length, cancelled, timeout, error

// Tokens that became visible together (measurement.md 1).
struct TokenBurst {
  int64_t request_id = 0;
  int64_t time_ns = 0;               // on the engine's clock
  int32_t num_tokens = 0;            // 0 on a last burst that only says how the request ended
  std::vector<int32_t> tokens;       // [num_tokens], or empty if the engine knows no ids
  std::string text;                  // the same as text, where the engine delivers that
  EndReason end = EndReason::kNone;  // set on a request's last burst
  std::string error;
  // On a last burst: how this answer's tokens were counted, where the engine does not count all
  // alike (engine_description.h); else empty.
  std::string count_source = {};
};

enum class RoundCut { kNone = 0, kStop = 1, kLimit = 2 };

// One verify round of one request (measurement.md 4): accepted <= verified <= proposed.
struct RoundOutcome {
  int64_t request_id = 0;
  int32_t position = 0;  // index of the anchor
  int32_t proposed = 0;
  int32_t verified = 0;
  int32_t accepted = 0;
  int32_t committed = 0;
  RoundCut cut = RoundCut::kNone;
  std::vector<float> confidence;   // [proposed], empty without a confidence head
  std::vector<int32_t> draft_ids;  // [proposed]
};

struct StepResult {
  bool recorded = true;  // false: an event or a wait that is no step of the engine's
  int64_t start_ns = 0;
  int64_t wall_ns = 0;
  int32_t num_requests = 0;
  int32_t num_prefill_tokens = 0;
  int32_t num_draft_tokens = 0;
  int32_t num_verify_tokens = 0;
  int32_t padded_tokens = 0;
  std::optional<int32_t> budget_tokens;  // drafts that the pass was allowed; none: any number
  int64_t context_tokens = 0;            // sum of the sequences' lengths that attention read
  std::vector<int64_t> admitted;         // requests first worked on in this step
  std::vector<TokenBurst> bursts;
  std::vector<RoundOutcome> rounds;
  PhaseSpan phases[kNumPhases];
};

}  // namespace dsb
