// How blocks of one launch hand results on without a grid barrier: the last to arrive goes on with
// the work, or a block waits for a word that blocks with lower work numbers will set.
//   Written before, read after: writes of all threads, barrier, fence by thread 0, atomic; then
//   atomic or polled word, fence, barrier, reads. Such data is never read through the read-only
//   cache: no __restrict__, no __ldg on it.
#pragma once

#include "kernels/cuda/common/device.cuh"

namespace dsb::cuda {

__device__ __forceinline__ uint32_t LoadShared(const uint32_t* word) {
#ifdef __CUDACC__
  return *static_cast<const volatile uint32_t*>(word);
#else
  return std::atomic_ref<uint32_t>(*const_cast<uint32_t*>(word)).load(std::memory_order_relaxed);
#endif
}

// All threads of the block call; true in all of them for the block that is the `expected`-th to
// arrive: everything that the blocks wrote before they arrived is then visible to it. `flag` is in
// shared memory.
__device__ __forceinline__ bool ArriveLast(uint32_t* counter, uint32_t expected, int& flag) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    flag = atomicAdd(counter, 1u) + 1 == expected ? 1 : 0;
    __threadfence();
  }
  __syncthreads();
  return flag != 0;
}

// All threads call. What the block wrote is visible to whoever sees `word` at `value`.
__device__ __forceinline__ void Publish(uint32_t* word, uint32_t value) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicExch(word, value);
  }
}

// All threads call; returns when `word` is at least `value`.
__device__ __forceinline__ void WaitFor(const uint32_t* word, uint32_t value) {
  if (threadIdx.x == 0) {
    while (LoadShared(word) < value) {
#ifdef __CUDACC__
      __nanosleep(32);
#endif
    }
    __threadfence();
  }
  __syncthreads();
}

}  // namespace dsb::cuda
