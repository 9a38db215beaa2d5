// Which runs a gate looks at: the runs that the command line names, or every arm that both files
// have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/gate/rows.h"
#include "results/store/store.h"

namespace dsb {

// A results file, and optionally one run of it, as FindRun takes it.
struct RunSelector {
  std::string path, run;
  // "results.db", "results.db:2", "results.db:dspark:7:threshold=0.5". The file is the longest part
  // that is one, else ends at the first colon of its name.
  static RunSelector Parse(const std::string& text);
};

struct GateSources {
  const Store* baseline = nullptr;
  const Store* candidate = nullptr;
  const Store* anchor = nullptr;  // none: null
  std::string baseline_run, candidate_run, anchor_run;
  std::vector<NoiseFloorRecord> noise;
};

struct GateInput {
  std::vector<GatePair> pairs;
  GateFindings found;
};

// One pair an arm, read with token ids. Without names: the newest complete run of every arm that
// both files have; an arm of the baseline that the candidate lacks is a difference. With one name:
// the other file's run of the same arm. kResource if the baseline or the anchor is not there,
// kBadInput if the candidate is not or if nothing pairs.
GateInput ReadGatePairs(const GateSources& sources);

}  // namespace dsb
