#include "tests/cudahost/ptx_probes.h"

#include "kernels/cuda/common/device.cuh"
#include "kernels/cuda/common/ptx.cuh"

namespace dsb::testing {
namespace {

__device__ uint32_t Pair(uint16_t low, uint16_t high) {
  return low | static_cast<uint32_t>(high) << 16;
}

__global__ void MmaKernel(const uint16_t* a, const uint16_t* b, const float* c, float* d) {
  const int g = static_cast<int>(threadIdx.x) / 4;
  const int t = static_cast<int>(threadIdx.x) % 4 * 2;
  const auto a_pair = [a](int row, int k) { return Pair(a[row * 16 + k], a[row * 16 + k + 1]); };
  const auto b_pair = [b](int k, int column) {
    return Pair(b[k * 8 + column], b[(k + 1) * 8 + column]);
  };
  const uint32_t fa[4] = {a_pair(g, t), a_pair(g + 8, t), a_pair(g, t + 8), a_pair(g + 8, t + 8)};
  const uint32_t fb[2] = {b_pair(t, g), b_pair(t + 8, g)};
  float sums[4] = {c[g * 8 + t], c[g * 8 + t + 1], c[(g + 8) * 8 + t], c[(g + 8) * 8 + t + 1]};
  cuda::MmaBf16(sums, fa, fb);
  d[g * 8 + t] = sums[0];
  d[g * 8 + t + 1] = sums[1];
  d[(g + 8) * 8 + t] = sums[2];
  d[(g + 8) * 8 + t + 1] = sums[3];
}

__global__ void CopyRing(const float* in, const int32_t* valid, float* out, int num_steps) {
  __shared__ __align__(16) float ring[3][128];
  const int thread = static_cast<int>(threadIdx.x);
  const auto fetch = [&](int step) {
    if (step < num_steps) {
      cuda::CpAsync16(&ring[step % 3][4 * thread], in + 128 * step + 4 * thread, valid[step] != 0);
    }
    cuda::CpAsyncCommit();
  };
  fetch(0);
  fetch(1);
  for (int step = 0; step < num_steps; ++step) {
    fetch(step + 2);
    cuda::CpAsyncWait<2>();
    __syncthreads();
    for (int i = thread; i < 128; i += 32) out[128 * step + i] = ring[step % 3][i];
    __syncthreads();
  }
  cuda::CpAsyncWait<0>();
}

}  // namespace

void LaunchMmaBf16(const uint16_t* a, const uint16_t* b, const float* c, float* d) {
  cuda::Launch({1, 32}, MmaKernel, a, b, c, d);
}
void LaunchCopyRing(const float* in, const int32_t* valid, float* out, int num_steps) {
  cuda::Launch({1, 32}, CopyRing, in, valid, out, num_steps);
}

}  // namespace dsb::testing
