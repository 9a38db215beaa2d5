// The only place with inline PTX. Each wrapper has a twin for the host runner that gives the same
// values (mma: up to the order in which the sixteen products are added).
#pragma once

#include "kernels/cuda/common/device.cuh"

namespace dsb::cuda {

// Sixteen bytes from global to shared memory; both 16-byte aligned. There after CpAsyncWait by this
// thread and a barrier for the others. With `valid` false: zeros are stored, `global` is not read.
__device__ __forceinline__ void CpAsync16(void* shared, const void* global, bool valid = true) {
#ifdef __CUDACC__
  const unsigned to = static_cast<unsigned>(__cvta_generic_to_shared(shared));
  const int num_bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(to), "l"(global),
               "r"(num_bytes)
               : "memory");
#else
  cudahost::CopyLater(shared, global, 16, valid ? 16 : 0);
#endif
}

// Ends a group of this thread's copies.
__device__ __forceinline__ void CpAsyncCommit() {
#ifdef __CUDACC__
  asm volatile("cp.async.commit_group;\n" ::: "memory");
#else
  cudahost::CommitCopies();
#endif
}

// Waits until at most kGroupsLeft of this thread's newest groups are still under way.
template <int kGroupsLeft>
__device__ __forceinline__ void CpAsyncWait() {
#ifdef __CUDACC__
  asm volatile("cp.async.wait_group %0;\n" ::"n"(kGroupsLeft) : "memory");
#else
  cudahost::WaitForCopies(kGroupsLeft);
#endif
}

// D += A B on one whole warp, float sums of bf16 products. A 16 x 16, B 16 x 8, D 16 x 8; two bf16
// in a word, the lower index in the lower half. PTX ISA, mma.m16n8k16; with g = lane / 4 and
// t = lane % 4:
//   a[0..3]: A[g][2t..], A[g + 8][2t..], A[g][2t + 8..], A[g + 8][2t + 8..]
//   b[0..1]: B[2t..][g], B[2t + 8..][g]      d[0..3]: D[g][2t], D[g][2t + 1], D[g + 8][2t], ...
__device__ __forceinline__ void MmaBf16(float (&d)[4], const uint32_t (&a)[4],
                                        const uint32_t (&b)[2]) {
#ifdef __CUDACC__
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  cudahost::MmaBf16(d, a, b);
#endif
}

}  // namespace dsb::cuda
