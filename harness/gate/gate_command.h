// `dsbench gate` from files to files: opens the results, lets reports decide, writes verdict.json
// whatever happens, stores the comparison. The exit code is the caller's to return.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "reports/document/document.h"
#include "reports/gate/decision.h"
#include "reports/report/report.h"

namespace dsb {

struct GateCommandOptions {
  std::string baseline, candidate, anchor;  // FILE or FILE:RUN; anchor may be empty
  std::string policy;                       // path; empty: the default policy
  std::string verdict = "verdict.json";
  std::vector<std::string> noise;  // files with a noise floor, beside baseline and candidate
  bool store = true;               // comparison rows, where both runs are in one file
  GateOptions gate;
};

struct GateOutcome {
  GateVerdict verdict;
  std::string json;     // what verdict.json holds
  std::string warning;  // one line, or empty
};

// Errors are written to verdict.json as well, then thrown on. kResource if it cannot be written, or
// if the baseline is not there.
GateOutcome RunGate(const GateCommandOptions& options);

// Measures equal runs of `files` against each other and writes the noise floor into the first file.
// kBadInput with fewer than 8 pairs of one machine, build and workload.
std::vector<NoiseFloorRecord> RecordNoise(const std::vector<std::string>& files,
                                          const GatePolicy& policy,
                                          const BootstrapOptions& bootstrap);

}  // namespace dsb
