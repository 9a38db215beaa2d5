// Kernels with a mistake each, to show what finds it. 256 threads a block unless said otherwise;
// pointers are host memory.
#pragma once

#include <cstdint>

namespace dsb::testing {

// out[row] = sum of the row's squares, given to every column. `racy`: the second barrier, between
// the write and the read of the sum, is left out.
struct RowSums {
  const float* in = nullptr;  // [num_rows, size]
  float* out = nullptr;       // [num_rows, size]
  int num_rows = 0;
  int size = 0;
  bool racy = false;
};
void LaunchRowSums(const RowSums& params);

// out[i] = in[i] through shared memory by cp.async; 4 floats a thread, 32 threads.
enum class Waits { kRight, kNone, kTooFew };
void LaunchAsyncCopy(const float* in, float* out, Waits waits);

// out[size + i] is written: `size` elements are there.
void LaunchWriteBeyond(float* out, int size);
// shared[i] of a static array of 32 is read at 32.
void LaunchReadBeyondShared(float* out, int index);

// 64 threads: each warp at a barrier of its own source line.
void LaunchDivergentBarrier(int* out);
// 32 lanes: half of them leave before a shuffle of all.
void LaunchMissingLane(float* out);
// 32 lanes: lane 20 shuffles with the mask of the lower half.
void LaunchOutsideMask(float* out);
// 32 lanes: the lower half reads from lane 16, which is not in its mask.
void LaunchReadsOutsideMask(float* out);
// 64 threads: one warp waits at a block barrier, the other for a lane of its own that has left.
void LaunchDeadlock(float* out);

}  // namespace dsb::testing
