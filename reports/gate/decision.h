// The verdict of a gate (measurement.md 8): hard rules first, then every primary metric. Pass needs
// all of them; a failure is corrected by Holm over all tests; what neither bound settles is
// inconclusive, with the number of prompts that would settle it. Pure: no file, no clock.
#pragma once

#include <string>
#include <vector>

#include "reports/gate/floors.h"
#include "reports/gate/rows.h"

namespace dsb {

inline constexpr double kAnchorMarginFactor = 1.5;

struct GateOptions {
  BootstrapOptions bootstrap;
  std::string across;  // one field of GateFacts that may differ
  GateFindings found = {};
  std::vector<GateFloor> floors = {};  // rules besides the policy's
};

// At least one pair. kBadInput for a data set that the runs lack, for too few resamples to reject
// anything after the correction, or if nothing is left to decide.
GateVerdict DecideGate(const std::vector<GatePair>& pairs, const GatePolicy& policy,
                       const GateOptions& options);

}  // namespace dsb
