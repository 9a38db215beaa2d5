// The completion script of a shell, from the commands.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/command.h"

namespace dsb {

// Completes commands, options and the values of options that are choices; everything else is a
// file.
std::string BashCompletion(const std::vector<Command>& commands);

}  // namespace dsb
