// Absolute bounds of a gate: a candidate that is no worse than its baseline may still be worthless,
// and so may the baseline, which is why both are held to them.
#pragma once

#include <string>
#include <vector>

#include "reports/gate/rows.h"

namespace dsb {

struct GateFloor {
  std::string metric;  // of the catalogue, over all requests, in its own unit
  bool at_least = true;
  double bound = 0;
  std::string text;  // as given
};

// "accepted_length>=1.5", "ttft_p90<=2e8". kBadInput naming the text and what was expected.
GateFloor ParseFloor(const std::string& text);

// A rule for each bound and side. Bounds of acceptance are not for an arm without a drafter; a side
// without a value breaks the rule.
std::vector<GateRule> CheckFloors(const GatePair& pair, const std::vector<GateFloor>& floors,
                                  const BootstrapOptions& bootstrap);

// kBadInput naming a bound that no arm was held to: a gate that asks for it must not pass without.
// `rules`: all that CheckFloors gave, of every pair.
void RefuseIdleFloors(const std::vector<GateFloor>& floors, const std::vector<GateRule>& rules);

}  // namespace dsb
