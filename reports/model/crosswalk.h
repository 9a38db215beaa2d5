// Every tool's acceptance figures from the same rounds (measurement.md 4, verification.md 3), so
// that a number from one tool can be read as a number of another. Rounds only: no tool is run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/checked_run.h"
#include "results/metrics/acceptance.h"

namespace dsb {

struct CrosswalkRow {
  std::string key;  // stable, for JSON: deepspec.accept_len
  std::string tool, name, definition;
  std::optional<double> value;
  int decimals = 4;  // what the tool prints
};

struct CrosswalkPosition {
  int64_t position = 0;  // k, from 1
  // The four counters from which each definition can be formed again.
  int64_t verified_at_least = 0, accepted_at_least = 0, reached = 0, rounds = 0;
  std::optional<double> survival, conditional_acceptance;
  std::optional<double>
      deepspec_accept_rate;  // accept_rate@(k-1): proposals shortened at an accepted stop
  std::optional<double> vllm_position_rate;  // over all drafts
};

struct Crosswalk {
  std::vector<CrosswalkRow> rows;
  std::vector<CrosswalkPosition> positions;
};

// Rounds of all requests that are not warm-up. `baseline`, if not null, gives Spec-Bench's unpaired
// speed-up.
Crosswalk MakeCrosswalk(const CheckedRun& data, const CheckedRun* baseline = nullptr);

// DeepSpec's own count of one round: an accepted stop token ends the block, so the proposal is as
// long as what was accepted and there is no bonus token; a round that the token limit cut counts
// whole.
struct DeepSpecRound {
  int64_t emitted = 0, proposed = 0, accepted = 0;
};
DeepSpecRound AsDeepSpec(const RoundRecord& round);

}  // namespace dsb
