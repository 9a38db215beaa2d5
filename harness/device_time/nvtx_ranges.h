// NVTX ranges in the domain `dsbench` with the phases' names, for Nsight. Without CUDA in the
// build, or without a tool that listens, nothing happens.
#pragma once

#include "engines/phases.h"

namespace dsb {

void PushNvtxPhase(Phase phase);
void PopNvtxPhase();
bool HasNvtx();  // this build has it

}  // namespace dsb
