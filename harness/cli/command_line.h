// A Command on CLI11: the one place that gives options to the parser, from the command line and
// from a --config file.
#pragma once

#include "harness/cli/command.h"

namespace CLI {
class App;
}

namespace dsb {

// `command` outlives `app`.
void AddCommand(CLI::App& app, const Command& command);
// If `command` has an option `config` with a value: gives the options that the command line left
// out the values of that file. kBadInput naming file and key on a key that is no option of the
// command, or a value that the option refuses. `app`: the subcommand's.
void ApplyConfigFile(CLI::App& app, const Command& command);

}  // namespace dsb
