// One launch for each wrapper of kernels/cuda/common/ptx.cuh: 32 threads, device pointers.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/stream.h"

namespace dsb::testing {

// D = C + A B of one warp. bf16 as bits: a [16][16] and b [16][8] row-major; c and d [16][8].
void LaunchMmaBf16(const uint16_t* a, const uint16_t* b, const float* c, float* d);

// num_steps x 128 floats from `in` to `out`, through a ring of three shared stages of which two are
// under way; step s is stored as zeros where valid[s] is 0.
void LaunchCopyRing(const float* in, const int32_t* valid, float* out, int num_steps);

}  // namespace dsb::testing
