// docs/options.md, from the commands.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/command.h"

namespace dsb {

// Markdown: a table of options for every command, hidden ones left out.
std::string OptionsPage(const std::vector<Command>& commands);

}  // namespace dsb
