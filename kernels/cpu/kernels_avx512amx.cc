// GCC 12's intrinsics start from deliberately undefined registers and warn about themselves.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/table.h"
#include "kernels/cpu/unroll.h"

#define DSB_LANES_VNNI 1
#define DSB_LANES_BF16 1
#define DSB_LANES_AMX 1
namespace dsb::cpu {
namespace {
#include "kernels/cpu/lanes_avx512.inc"

#include "kernels/cpu/kernels.inc"
}  // namespace

const KernelTable* Avx512AmxTable() { return &kTable; }

}  // namespace dsb::cpu
