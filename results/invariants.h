// What must hold of every stored run whatever was measured (measurement.md 10, level 0): counts
// that bound each other, times that never run backwards, tokens that add up, nothing after the end
// token. Pure functions on rows; they judge no speed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/run_data.h"

namespace dsb {

struct BrokenInvariant {
  std::string rule;   // "accepted <= verified <= proposed <= draft length"
  std::string where;  // "request 12 (item math:3), round 4: a 5, v 4, p 4"
};

// Every broken one, in the order of the rows. Requests that ended in error or were cancelled are
// held to the rules of their rounds and times only. Token rules need `output_ids` (ReadOptions).
std::vector<BrokenInvariant> CheckInvariants(const RunData& data);

// Tokens behind a stop token. The stop tokens are those that ended the run's own requests, so a run
// in which no answer ended by itself breaks nothing; a run flagged ignore_eos, or one whose tokens
// were counted from text, is not held to it.
std::vector<BrokenInvariant> CheckTokensAfterStop(const RunData& data);

}  // namespace dsb
