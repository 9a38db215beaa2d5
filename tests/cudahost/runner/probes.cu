#include "tests/cudahost/runner/probes.h"

#include "kernels/cuda/common/device.cuh"

namespace dsb::testing {
namespace {

constexpr unsigned kAll = 0xffffffffu;

__global__ void HalfWarps(int* out) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  int value = lane;
  if (lane < 16) {
    for (int d = 8; d > 0; d /= 2) value += __shfl_xor_sync(0x0000ffffu, value, d, 16);
  } else {
    for (int d = 8; d > 0; d /= 2) {
      value = max(value, __shfl_xor_sync(0xffff0000u, value, d, 16));
    }
    __syncwarp(0xffff0000u);
  }
  value += __shfl_sync(kAll, value, 31);
  out[threadIdx.x] = value;
}

__global__ void EarlyExit(int* out, int num_threads) {
  __shared__ int seen[1024];
  const int thread = static_cast<int>(threadIdx.x);
  if (thread >= num_threads) return;
  seen[thread] = thread;
  __syncthreads();
  out[thread] = seen[num_threads - 1 - thread];
}

__global__ void Compact(const float* in, int size, float threshold, int* out, int* count) {
  __shared__ int warp_count[32];
  const int i = static_cast<int>(threadIdx.y * blockDim.x + threadIdx.x);
  const int warp = i / 32;
  const int lane = i % 32;
  const bool keep = i < size && in[i] > threshold;
  const unsigned ballot = __ballot_sync(kAll, keep);
  if (lane == 0) warp_count[warp] = __popc(ballot);
  __syncthreads();
  int base = 0;
  for (int w = 0; w < warp; ++w) base += warp_count[w];
  if (keep) out[base + __popc(ballot & ((1u << lane) - 1u))] = i;
  const int total = __syncthreads_count(keep);
  if (i == 0) *count = total;
}

__global__ void WideTypes(double* doubles, int64_t* integers, unsigned long long* best) {
  const int lane = static_cast<int>(threadIdx.x);
  doubles[lane] = __shfl_down_sync(kAll, lane * 0.5, 1);
  integers[lane] = __shfl_up_sync(kAll, int64_t{lane} * 10'000'000'000, 1);
  atomicMax(best, static_cast<unsigned long long>(lane * 7 % 32) << 32 | threadIdx.x);
}

__global__ void LastBlock(const float* in, int size, float* partial, unsigned* done, float* out) {
  __shared__ bool last;
  float sum = 0;
  const int stride = static_cast<int>(gridDim.x * blockDim.x);
  for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < size; i += stride) {
    sum += in[i];
  }
  for (unsigned d = 16; d > 0; d /= 2) sum += __shfl_down_sync(kAll, sum, d);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = sum;
    __threadfence();
    last = atomicAdd(done, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    float all = 0;
    for (unsigned block = 0; block < gridDim.x; ++block) all += partial[block];
    *out = all;
  }
}

__global__ void Votes(int* out) {
  const int i =
      static_cast<int>((threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x);
  const bool all_true = __syncthreads_and(i < 128) != 0;
  const bool not_all = __syncthreads_and(i < 127) == 0;
  const bool any = __syncthreads_or(i == 77) != 0;
  const bool none = __syncthreads_or(i == 128) == 0;
  const bool warp_any = (__any_sync(kAll, i % 32 == 3) != 0) && __any_sync(kAll, i > 200) == 0;
  const bool warp_all = (__all_sync(kAll, i >= 0) != 0) && __all_sync(kAll, i % 2) == 0;
  const bool ballot = __ballot_sync(kAll, i % 32 < 5) == 31u;
  out[i] = all_true && not_all && any && none && warp_any && warp_all && ballot;
}

__global__ void Histogram(const int* in, int size, int* bins, float* total) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= size) return;
  atomicAdd(&bins[in[i]], 1);
  atomicAdd(total, 0.5f);
}

__global__ void Nothing() {}

__global__ void ReadShared(unsigned char* out, int num_bytes) {
  DSB_DYNAMIC_SHARED(unsigned char, bytes);
  unsigned char* const mine = out + static_cast<int>(blockIdx.x) * num_bytes;
  for (int i = static_cast<int>(threadIdx.x); i < num_bytes; i += 32) {
    mine[i] = bytes[i];
    bytes[i] = 1;
  }
}

}  // namespace

void LaunchHalfWarps(int* out) { cuda::Launch({1, 64}, HalfWarps, out); }
void LaunchEarlyExit(int* out, int num_threads) {
  cuda::Launch({1, 1024}, EarlyExit, out, num_threads);
}
void LaunchCompact(const float* in, int size, float threshold, int* out, int* count) {
  cuda::Launch({1, dim3(16, 64)}, Compact, in, size, threshold, out, count);
}
void LaunchWideTypes(double* doubles, int64_t* integers, unsigned long long* best) {
  cuda::Launch({1, 32}, WideTypes, doubles, integers, best);
}
void LaunchLastBlock(const float* in, int size, float* partial, unsigned* done, float* out) {
  cuda::Launch({37, 32}, LastBlock, in, size, partial, done, out);
}
void LaunchVotes(int* out) { cuda::Launch({1, dim3(8, 4, 4)}, Votes, out); }
void LaunchHistogram(const int* in, int size, int* bins, float* total) {
  cuda::Launch({static_cast<unsigned>((size + 127) / 128), 128}, Histogram, in, size, bins, total);
}
void LaunchNothing(int num_threads, size_t shared_bytes) {
  cuda::Launch({1, static_cast<unsigned>(num_threads), shared_bytes}, Nothing);
}
void LaunchReadShared(unsigned char* out, int num_bytes) {
  cuda::Launch({2, 32, static_cast<size_t>(num_bytes)}, ReadShared, out, num_bytes);
}

}  // namespace dsb::testing
