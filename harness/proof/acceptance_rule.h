// The production acceptance code, and broken copies of its rule that the enumeration must catch.
// All outcomes of one verify round with their exact probabilities.
#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <vector>

#include "harness/proof/world.h"

namespace dsb {

enum class AcceptanceRule {
  kProduction,          // VerifyRound of the engine
  kResidualFromTarget,  // broken: after a rejection draws from p instead of max(p - q, 0)
  kBonusFromResidual,   // broken: after full acceptance draws from the residual of the last draft
  kSharedUniform,       // broken: tests a draft with the very number that drew it
};

struct DraftedPath {
  Tokens tokens;
  std::vector<int32_t> cells;  // the tenth of [0, 1) that drew each token; empty: not kept
};

struct VerifyLeaf {
  int32_t accepted = 0;
  int32_t next_token = 0;
  mpq_class probability;
};

// Every outcome of verifying the first `verified` drafts after `context`. Each uniform number that
// the rule asks for runs through the midpoints of kUniformCells equal cells: all thresholds of
// tenths lie on cell borders, so the counts are exact.
inline constexpr int32_t kUniformCells = 2520;
std::vector<VerifyLeaf> EnumerateVerify(const ProofWorld& world, AcceptanceRule rule,
                                        const Tokens& context, const DraftedPath& drafts,
                                        int32_t verified);

}  // namespace dsb
