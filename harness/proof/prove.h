// `dsbench prove`: losslessness shown by exact enumeration, and, with a target, by samples of the
// real engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "harness/options/run_options.h"

namespace dsb {

struct ProveOptions {
  // Samples of each drafter at each load; 0: enumeration only, no model is needed.
  int64_t num_samples = 0;
  std::vector<int32_t> loads = {1, 8};  // requests decoded at the same time
  std::string prompt = "The";           // raw text, no chat template: short, so samples are cheap
  DecodeOptions run;
  bool json = false;
  int columns = 100;  // of text
};

// Prints a table of what was expected and found. kDone if everything is as it must be, kRegression
// if something is not, kInconclusive if something was not tested with enough samples to tell.
ExitCode Prove(const ProveOptions& options);

}  // namespace dsb
