// The words of the tables, each defined where it is printed.
#pragma once

#include <string>
#include <vector>

#include "reports/model/model.h"

namespace dsb {

inline constexpr const char* kSpeedWords =
    "tokens/s: what a user sees while decoding, from an answer's first to its last token. speed-up "
    "= accepted-length factor x step-time factor, over the prompts that both arms finished.";
inline constexpr const char* kPhaseWords =
    "ms/step: mean wall time of an engine step, steps that read a prompt included. The other "
    "columns are shares of the steps' wall time, and of the threads' CPU time.";
inline constexpr const char* kDraftWords =
    "verified/round: rows of a verify pass, the anchor's included. drafts used: accepted ones "
    "among "
    "the verified. wasted: rows whose draft was not accepted. ms/round: time from an answer's "
    "first "
    "to its last token per round. CPU busy: thread CPU time / (wall time x threads). decoding "
    "users: requests between their first and last token, averaged over time.";
inline constexpr const char* kLatencyWords =
    "TTFT: ms to the first token. E2E: ms to the last. p50, p90: median and 90th percentile. "
    "slow tokens/s: the rate that nine requests of ten reach. stall: share of the decode time in "
    "which somebody who reads 10 or 30 tokens/s waits for text.";
inline constexpr const char* kRoundSymbols =
    "In a round p drafts are proposed, v verified, a accepted and c tokens committed, the target's "
    "own included.";
inline constexpr const char* kRequestWords =
    "warm-up requests count nowhere. no decode: answers that came whole with the first tokens, so "
    "that they have no decode time.";

// Of the table of positions: survival and conditional acceptance, and the confidence's quality if
// it is shown.
std::string PositionWords(bool confident);
// The metrics of a comparison.
std::string ComparedWords();
// The flags that the set's runs have, a sentence each; empty without any.
std::string FlagWords(const ReportSet& set);

}  // namespace dsb
