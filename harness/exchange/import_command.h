// `dsbench import`: another program's file into a results file, as a run that says so everywhere.
#pragma once

#include <string>

#include "base/error.h"

namespace dsb {

struct ImportChoice {
  std::string format, file;
  std::string output = "results.db";
  std::string arm = "none";  // what the run is called; none: plain decoding
  std::string label = {};
  double temperature = 0;  // as it was asked for: the files do not say
};

// kBadInput, kResource as the readers and the store.
ExitCode ExecuteImport(const ImportChoice& choice);

}  // namespace dsb
