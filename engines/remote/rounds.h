// Verify rounds out of what a server says beside its tokens, where that proves them; else why it
// does not (remote_servers.md 3.1, 4.1, 9.2). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/remote/answer.h"

namespace dsb {

struct FoundRounds {
  std::vector<RoundOutcome> rounds;  // without their request and the prompt's length in `position`
  std::string refused;               // not empty: there are none, and this is why
};

// llama-server: pieces of one pass carry equal timings. `bursts`: those pieces, joined. `cut`: why
// the last round may have committed less than it accepted.
FoundRounds RoundsOfTimings(const std::vector<AnswerPiece>& bursts, RoundCut cut);
// vLLM: accepted and drafted counts of each step. Every burst must be a whole number of steps.
FoundRounds RoundsOfSteps(const std::vector<AnswerPiece>& bursts, const SpeculationTotals& totals,
                          RoundCut cut);
// A server that does not draft: a round for every token but the first.
FoundRounds RoundsOfPlainDecoding(const std::vector<AnswerPiece>& bursts);

}  // namespace dsb
