// The exact law of the first tokens that speculative decoding emits, by running through every
// random outcome of every round, against the target's own law (verification.md 8).
#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engines/scheduling/policy.h"
#include "harness/proof/acceptance_rule.h"
#include "harness/proof/world.h"

namespace dsb {

// What a policy remembers from one round to the next.
using PolicyMemory = std::vector<int32_t>;
// One length per request of the batch; may change the memory.
using LengthChoice =
    std::function<std::vector<int32_t>(std::span<const PolicyRequest> round, PolicyMemory& memory)>;

enum class NoiseKeys {
  kFresh,           // every round draws its own numbers: the round is in the key
  kByPositionOnly,  // broken with a lagged policy: a position drafted again reuses its number
};

struct EnumerationSetup {
  std::vector<ProofWorld> requests;  // decoded in one batch; one that is done leaves it
  LengthChoice choose;
  PolicyMemory first_memory;
  AcceptanceRule rule = AcceptanceRule::kProduction;
  NoiseKeys keys = NoiseKeys::kFresh;
  int32_t horizon = 1;  // tokens of each request that are compared
};

using JointTokens = std::vector<Tokens>;  // [requests][horizon]
using JointLaw = std::map<JointTokens, mpq_class>;

JointLaw EmittedLaw(const EnumerationSetup& setup);
JointLaw TargetLaw(const EnumerationSetup& setup);
// Half the sum of the absolute differences. Exact.
mpq_class TotalVariation(const JointLaw& a, const JointLaw& b);

}  // namespace dsb
