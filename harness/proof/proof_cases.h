// What `dsbench prove` shows by enumeration: policies and rules that must be lossless, and broken
// ones that must be found, by the amount that is known (verification.md 8).
#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/proof/enumeration.h"

namespace dsb {

struct ProofCase {
  std::string world, policy;
  EnumerationSetup setup;  // horizon is filled in from `horizons`
  std::vector<int32_t> horizons;
  std::optional<mpq_class> total_variation;  // exact; empty: must be above 0
};

std::vector<ProofCase> AllProofCases();

struct ProofResult {
  int32_t horizon = 0;
  mpq_class total_variation;
  bool sums_to_one = false;
  bool as_expected = false;
};

ProofResult RunProofCase(const ProofCase& proof_case, int32_t horizon);

}  // namespace dsb
