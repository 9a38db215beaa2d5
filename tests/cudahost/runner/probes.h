// Kernels that try the runner: each launches one small feature. Pointers are host memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dsb::testing {

// 64 threads: each half of a warp takes its own path with its own mask.
void LaunchHalfWarps(int* out);
// `num_threads` of 1024 reach a barrier, the others have left; out[i] = num_threads - 1 - i.
void LaunchEarlyExit(int* out, int num_threads);
// 1024 threads: the indices of the inputs above the threshold, in order, by ballots.
void LaunchCompact(const float* in, int size, float threshold, int* out, int* count);
// 32 lanes: shuffles of 8-byte types, and the largest of (lane * 7 % 32, lane) by atomicMax.
void LaunchWideTypes(double* doubles, int64_t* integers, unsigned long long* best);
// A sum over 37 blocks, the last one to finish adding the partial sums.
void LaunchLastBlock(const float* in, int size, float* partial, unsigned* done, float* out);
// 128 threads in three dimensions: votes of the block and of each warp, all of which must hold.
void LaunchVotes(int* out);
// Counts of each value, and half the number of values, by atomics of 128-thread blocks.
void LaunchHistogram(const int* in, int size, int* bins, float* total);
void LaunchNothing(int num_threads, size_t shared_bytes);
// Every dynamic shared byte as found at the start of each of two blocks.
void LaunchReadShared(unsigned char* out, int num_bytes);

}  // namespace dsb::testing
