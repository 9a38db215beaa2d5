// What must hold of a stored run whatever was measured (measurement.md 10, level 0): the rules of
// each request (request_invariants.h), steps whose parts fit into them, nothing after the end
// token. Pure functions on rows; they judge no speed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/request_invariants.h"
#include "results/run_data.h"

namespace dsb {

// Every broken one, in the order of the rows. Token rules need `output_ids` (ReadOptions).
std::vector<BrokenInvariant> CheckInvariants(const RunData& data);

// Tokens behind a stop token. The stop tokens are those that ended the run's own requests, so a run
// in which no answer ended by itself breaks nothing; a run flagged ignore_eos, or one whose tokens
// were counted from text, is not held to it.
std::vector<BrokenInvariant> CheckTokensAfterStop(const RunData& data);

// What the run's requests are held to.
RequestRules RulesOf(const RunData& data);
// "request 12 (item math:3, repeat 1)".
std::string NameOf(const RequestRow& row);

}  // namespace dsb
