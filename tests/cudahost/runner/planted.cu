#include "tests/cudahost/runner/planted.h"

#include "kernels/cuda/common/device.cuh"
#include "kernels/cuda/common/ptx.cuh"

namespace dsb::testing {
namespace {

constexpr unsigned kAll = 0xffffffffu;

__device__ float WarpSum(float value) {
  for (int d = 16; d > 0; d /= 2) value += __shfl_xor_sync(kAll, value, d);
  return value;
}

template <bool racy>
__global__ void RowSumsKernel(const float* in, float* out, int size) {
  __shared__ float partial[8];
  const float* const row = in + static_cast<int64_t>(blockIdx.x) * size;
  const int thread = static_cast<int>(threadIdx.x);
  float sum = 0;
  for (int c = thread; c < size; c += 256) sum += row[c] * row[c];
  sum = WarpSum(sum);
  if (thread % 32 == 0) partial[thread / 32] = sum;
  __syncthreads();
  if (thread < 32) {
    const float all = WarpSum(thread < 8 ? partial[thread] : 0.0f);
    if (thread == 0) partial[0] = all;
  }
  if (!racy) __syncthreads();
  float* const row_out = out + static_cast<int64_t>(blockIdx.x) * size;
  for (int c = thread; c < size; c += 256) row_out[c] = partial[0];
}

template <Waits waits>
__global__ void AsyncCopyKernel(const float* in, float* out) {
  __shared__ __align__(16) float staged[128];
  const int thread = static_cast<int>(threadIdx.x);
  staged[thread] = -1;
  staged[thread + 32] = -1;
  staged[thread + 64] = -1;
  staged[thread + 96] = -1;
  __syncthreads();
  cuda::CpAsync16(&staged[4 * thread], in + 4 * thread);
  cuda::CpAsyncCommit();
  if (waits == Waits::kRight) cuda::CpAsyncWait<0>();
  if (waits == Waits::kTooFew) cuda::CpAsyncWait<1>();
  __syncthreads();
  for (int i = 0; i < 4; ++i) out[4 * thread + i] = staged[127 - (4 * thread + i)];
  __syncthreads();
  if (waits == Waits::kTooFew) cuda::CpAsyncWait<0>();
}

__global__ void WriteBeyond(float* out, int size) {
  out[size + static_cast<int>(threadIdx.x)] = 1.0f;
}

__global__ void ReadBeyondShared(float* out, int index) {
  __shared__ float values[32];
  values[threadIdx.x] = 1.0f;
  __syncthreads();
  out[threadIdx.x] = values[index];
}

__global__ void DivergentBarrier(int* out) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  out[threadIdx.x] = 1;
}

__global__ void MissingLane(float* out) {
  float value = static_cast<float>(threadIdx.x);
  if (threadIdx.x < 16) value = __shfl_xor_sync(kAll, value, 1);
  out[threadIdx.x] = value;
}

__global__ void OutsideMask(float* out) {
  float value = static_cast<float>(threadIdx.x);
  if (threadIdx.x < 16 || threadIdx.x == 20) value = __shfl_sync(0xffffu, value, 3);
  out[threadIdx.x] = value;
}

__global__ void ReadsOutsideMask(float* out) {
  float value = static_cast<float>(threadIdx.x);
  if (threadIdx.x < 16) value = __shfl_sync(0xffffu, value, 16);
  out[threadIdx.x] = value;
}

__global__ void Deadlock(float* out) {
  float value = static_cast<float>(threadIdx.x);
  if (threadIdx.x == 63) return;
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    value = __shfl_xor_sync(kAll, value, 1);
  }
  out[threadIdx.x] = value;
}

}  // namespace

void LaunchRowSums(const RowSums& params) {
  cuda::Launch({static_cast<unsigned>(params.num_rows), 256},
               params.racy ? RowSumsKernel<true> : RowSumsKernel<false>, params.in, params.out,
               params.size);
}
void LaunchAsyncCopy(const float* in, float* out, Waits waits) {
  auto* const kernel = waits == Waits::kRight  ? AsyncCopyKernel<Waits::kRight>
                       : waits == Waits::kNone ? AsyncCopyKernel<Waits::kNone>
                                               : AsyncCopyKernel<Waits::kTooFew>;
  cuda::Launch({1, 32}, kernel, in, out);
}
void LaunchWriteBeyond(float* out, int size) { cuda::Launch({1, 32}, WriteBeyond, out, size); }
void LaunchReadBeyondShared(float* out, int index) {
  cuda::Launch({1, 32}, ReadBeyondShared, out, index);
}
void LaunchDivergentBarrier(int* out) { cuda::Launch({1, 64}, DivergentBarrier, out); }
void LaunchMissingLane(float* out) { cuda::Launch({1, 32}, MissingLane, out); }
void LaunchOutsideMask(float* out) { cuda::Launch({1, 32}, OutsideMask, out); }
void LaunchReadsOutsideMask(float* out) { cuda::Launch({1, 32}, ReadsOutsideMask, out); }
void LaunchDeadlock(float* out) { cuda::Launch({1, 64}, Deadlock, out); }

}  // namespace dsb::testing
