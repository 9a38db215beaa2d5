// What a verify budget is shown of a round: the requests before it is drafted, and each request's
// part of it once that is committed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "engines/decoding/sequence.h"
#include "engines/engine.h"
#include "engines/scheduling/verify_budget.h"

namespace dsb {

// At most `draft_length` drafts of each, and no more than its answer has room for.
inline std::vector<RequestLoad> LoadOf(std::span<Sequence* const> sequences, int32_t draft_length) {
  std::vector<RequestLoad> load;
  for (const Sequence* sequence : sequences) {
    load.push_back({.slot = sequence->slot(),
                    .generation = sequence->generation(),
                    .round = sequence->round(),
                    .most = std::min(draft_length, sequence->remaining() - 1)});
  }
  return load;
}

inline FinishedRound Finished(const RequestLoad& request, const RoundOutcome& outcome) {
  return {.request = request,
          .proposed = outcome.proposed,
          .verified = outcome.verified,
          .accepted = outcome.accepted,
          .confidence = outcome.confidence};
}

}  // namespace dsb
