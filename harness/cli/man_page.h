// The man page, from the commands.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/command.h"

namespace dsb {

// Roff with the macros of man(7): every command with its options, hidden ones left out, the
// environment variables and the exit codes.
std::string ManPage(const std::vector<Command>& commands, const std::string& version);

}  // namespace dsb
