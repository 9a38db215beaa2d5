// Whether two runs may be gated against each other (measurement.md 8): more must be equal than for
// a mere comparison, and some flags forbid it.
#pragma once

#include <string>
#include <vector>

#include "reports/gate/rows.h"
#include "results/run_facts.h"

namespace dsb {

// An arm of the baseline that the candidate lacks.
inline constexpr const char* kMissingArm = "missing_arm";

// ComparableFacts and arm, weights, threads, users, load mode, device model, power mode, and the
// flags that change what is measured; of sampled runs also the seed.
std::vector<Fact> GateFacts(const RunData& data);

// Fields in which the two differ, but for `across`; and as further rows what forbids a verdict: one
// run on both sides, on either an unfinished or crashed run, the flags client_limited, not_steady,
// adaptive, in strict mode also dirty. Empty: comparable.
std::vector<GateDifference> WhyNotComparable(const RunData& baseline, const RunData& candidate,
                                             const std::string& across, bool strict);

// A field of GateFacts.
bool MayDiffer(const std::string& field);
// kBadInput unless `across` is empty or names a field of GateFacts.
void CheckAcross(const std::string& across);

}  // namespace dsb
