// The number that a policy may take, as in threshold=0.5: one row each in policy_number.cc, which
// joins what a run's option says to what the engine reads and what the store keeps.
#pragma once

#include <optional>
#include <string>

#include "engines/scheduling/policy.h"
#include "harness/options/model_options.h"
#include "results/run_config.h"

namespace dsb {

struct PolicyNumber {
  PolicyKind kind;
  double ModelOptions::*option;  // described in model_options.cc, for arms too
  double PolicyOptions::*engine;
  std::optional<double> RunConfig::*stored;
};

// Null: the policy takes none.
const PolicyNumber* FindPolicyNumber(const std::string& policy);

// What the engine is told of the arm's policy. kBadInput on a policy that a run may not name.
PolicyOptions PolicyOptionsOf(const ArmOptions& arm);

}  // namespace dsb
