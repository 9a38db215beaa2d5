#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/table.h"
#include "kernels/cpu/unroll.h"

namespace dsb::cpu {
namespace {
#include "kernels/cpu/lanes_avx2.inc"

#include "kernels/cpu/kernels.inc"
}  // namespace

const KernelTable* Avx2Table() { return &kTable; }

}  // namespace dsb::cpu
