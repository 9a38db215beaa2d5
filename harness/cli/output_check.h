// Whether what a command writes would destroy what it reads.
#pragma once

#include "harness/cli/command.h"

namespace dsb {

// Looks at the values of all options that name files. kBadInput if one that is to be written is a
// device, a pipe or "-"; naming both if something is to be written into a file that another option
// names: the same file by device and inode, through whatever links, or a name that is still free;
// and if standard output or error goes into a named file. Files that SQLite keeps beside a results
// file count as it.
void RefuseOutputsThatAreInputs(const Command& command);

}  // namespace dsb
