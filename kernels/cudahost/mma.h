// Twin of one warp's tensor-core product, in the fragment layout of the PTX ISA. Each of a lane's
// four sums adds its sixteen products in ascending order; the hardware's order is not specified.
#pragma once

#include <cstdint>

#include "kernels/cudahost/block_calls.h"

namespace dsb::cudahost {

// mma.m16n8k16 row.col f32.bf16.bf16.f32; kernels/cuda/common/ptx.cuh gives the layout.
void MmaBf16(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2],
             Where where = Where::Current());

}  // namespace dsb::cudahost
