// The command line: one file a subcommand, each a Command (command.h); what is chosen is run.
#pragma once

#include <vector>

#include "harness/cli/command.h"

namespace dsb {

// Every command but help and completion, in the order of the overview. `arguments` outlive them.
std::vector<Command> AllCommands(const Arguments& arguments);

// Parses and runs. Throws dsb::Error for everything that users, files and devices do; never prints
// an error itself.
ExitCode RunCommandLine(const Arguments& arguments);

}  // namespace dsb
