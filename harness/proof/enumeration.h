// The exact law of the first tokens that speculative decoding emits, by running through every
// random outcome of every round, against the target's own law (verification.md 8).
#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "engines/drafter.h"
#include "engines/scheduling/policy.h"
#include "harness/proof/acceptance_rule.h"
#include "harness/proof/world.h"

namespace dsb {

enum class NoiseKeys {
  kFresh,           // every round draws its own numbers: the round is in the key
  kByPositionOnly,  // broken with a lagged policy: a position drafted again reuses its number
};

enum class ConfidenceSource {
  kWorld,            // the world's head
  kLargestOfLaw,     // the largest probability of the draft law, before its token is drawn
  kOfTheDrawnToken,  // broken: the token's own probability decides on the token
};

struct EnumerationSetup {
  std::vector<ProofWorld> requests;  // decoded in one batch; one that is done leaves it
  PolicyOptions policy;
  int32_t draft_length = kLongestDraft;  // a block is drawn whole and cut to this
  // In place of the policy's own budget. Each round's is a new one that has observed the rounds
  // before it.
  std::function<std::unique_ptr<VerifyBudget>()> make_budget;
  AcceptanceRule rule = AcceptanceRule::kProduction;
  NoiseKeys keys = NoiseKeys::kFresh;
  ConfidenceSource confidence = ConfidenceSource::kWorld;
  int32_t horizon = 1;  // tokens of each request that are compared
};

using JointTokens = std::vector<Tokens>;  // [requests][horizon]
using JointLaw = std::map<JointTokens, mpq_class>;

JointLaw EmittedLaw(const EnumerationSetup& setup);
JointLaw TargetLaw(const EnumerationSetup& setup);
// Half the sum of the absolute differences. Exact.
mpq_class TotalVariation(const JointLaw& a, const JointLaw& b);

}  // namespace dsb
