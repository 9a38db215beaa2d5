// `dsbench run` behind its command line: checks everything that the options name, then runs the
// session into the results file and says where it is.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "harness/options/run_options.h"

namespace dsb {

// How the command was typed.
struct RunTyped {
  const std::vector<std::string>& arguments;  // without the program's name
  std::set<std::string> given;                // options that they, or a --config file, name
};

// kDone; kResource if interrupted or if a request ended in error. Throws before a results file is
// made on bad input.
ExitCode ExecuteRun(const RunOptions& typed, const RunTyped& how);

}  // namespace dsb
