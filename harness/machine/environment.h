// What the machine and this build are (measurement.md 9). Never stores a user name, a host name, a
// home path or an address.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/records.h"

namespace dsb {

EnvironmentRecord CaptureEnvironment();
// `isa` is the instruction set that the kernels chose.
BuildRecord CaptureBuild(const std::string& isa);

double LoadAverage();      // of the last minute; 0 if unknown
std::string RandomUuid();  // version 4
int UsableCores();         // that this process may run on
// What --threads asks for; 0: UsableCores().
int ThreadsFor(int asked);

// One argument as a shell reads it back: quoted where needed. Fit for a terminal.
std::string ShellText(const std::string& argument);

}  // namespace dsb
