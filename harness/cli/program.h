// The program without its process: one command line in, one exit code out.
#pragma once

#include "harness/cli/command.h"

namespace dsb {

// Runs the command and makes of every error one line on stderr and its exit code: the only place
// that does. Throws nothing. Main thread.
int RunProgram(const Arguments& arguments);

}  // namespace dsb
