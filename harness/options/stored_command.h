// The command that a run's record keeps, written from the options and not from what was typed:
// pasted where the files that it names lie, it measures the same. It names no folder of this
// machine.
#pragma once

#include <string>

#include "harness/options/run_options.h"

namespace dsb {

// `given`: as the command line and its --config file say; `filled`: the same after FillDefaults,
// for what environment variables add. Options with their defaults are left out.
std::string StoredCommand(const RunOptions& given, const RunOptions& filled);

// A message that may go into a record: the files and folders of `filled` by their names alone.
std::string WithNamesOnly(std::string message, const RunOptions& filled);

}  // namespace dsb
