// What --help prints, from the commands, for a reader's width.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/command.h"

namespace dsb {

// The commands with their summaries, and what the program's exit codes mean.
std::string Overview(const std::vector<Command>& commands, int columns);
// One command: its options by group, each with its help and default; hidden ones left out.
std::string HelpPage(const Command& command, int columns);

}  // namespace dsb
