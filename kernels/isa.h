// The instruction sets that kernels/cpu is compiled for, and the one chosen for this process.
#pragma once

#include <string>

namespace dsb {

enum class Isa : int {
  kPortable = 0,    // any x86-64
  kAvx2 = 1,        // AVX2, FMA, F16C
  kAvx512 = 2,      // AVX-512 F, BW, VL, DQ
  kAvx512Vnni = 3,  // the same with VNNI
  kAvx512Bf16 = 4,  // the same with BF16
  kAvx512Amx = 5,   // the same with AMX tiles of bf16
};

const char* IsaName(Isa isa);
// What this processor can run.
Isa DetectedIsa();
// The fastest of those: AMX where there is one, else without BF16 on Intel's processors, whose bf16
// products take two cycles a register, so that converting weights to float and multiplying those
// takes half the time.
Isa PreferredIsa();
// What the kernels use: PreferredIsa() unless DSBENCH_ISA (portable, avx2, avx512, avx512vnni,
// avx512bf16, avx512amx) asks for another; asking for more than the machine has is a bad-input
// Error. Decided once, at the first call.
Isa ActiveIsa();
// For tests: from now on use `isa`, which must be <= DetectedIsa(). Not while a kernel runs.
void SetActiveIsaForTest(Isa isa);

}  // namespace dsb
