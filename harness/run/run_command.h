// `dsbench run` behind its command line: checks everything that the options name, then runs the
// session into the results file and says where it is.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "harness/options/run_options.h"

namespace dsb {

// kDone; kResource if interrupted or if a request ended in error. Throws before a results file is
// made on bad input. `arguments`: the command line without the program's name, to be stored.
ExitCode ExecuteRun(const RunOptions& options, const std::vector<std::string>& arguments);

}  // namespace dsb
