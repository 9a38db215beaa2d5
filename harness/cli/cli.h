// The command line: one file a subcommand, each a Command (command.h); what is chosen is run.
#pragma once

#include "harness/cli/command.h"

namespace dsb {

// Parses and runs. Throws dsb::Error for everything that users, files and devices do; never prints
// an error itself.
ExitCode RunCommandLine(const Arguments& arguments);

}  // namespace dsb
