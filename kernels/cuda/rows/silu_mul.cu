#include "kernels/cuda/rows/silu_mul.h"

#include "kernels/cuda/common/vectors.cuh"

namespace dsb::cuda {
namespace {

constexpr int kThreads = 256;

__device__ __forceinline__ float SiluTimes(float gate, float up) {
  return gate / (1.0f + expf(-gate)) * up;
}

__global__ __launch_bounds__(kThreads) void SiluMulKernel(SiluMulParams params, bool aligned_input,
                                                          bool aligned_output) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (4 * i >= params.size) return;
  const float* gates = params.gate_up + blockIdx.y * params.input_stride;
  const float4 g = Load4(gates, i, params.size, aligned_input);
  const float4 u = Load4(gates + params.size, i, params.size, aligned_input);
  Store4(params.output + blockIdx.y * params.output_stride, i, params.size, aligned_output,
         make_float4(SiluTimes(g.x, u.x), SiluTimes(g.y, u.y), SiluTimes(g.z, u.z),
                     SiluTimes(g.w, u.w)));
}

}  // namespace

void SiluMul(const SiluMulParams& params, Stream stream) {
  Launch({.grid = dim3(BlocksFor((params.size + 3) / 4, kThreads),
                       static_cast<unsigned>(params.num_rows)),
          .block = dim3(kThreads),
          .shared_bytes = 0,
          .stream = stream},
         SiluMulKernel, params,
         params.size % 4 == 0 && AlignedRows(params.gate_up, params.input_stride),
         AlignedRows(params.output, params.output_stride));
}

}  // namespace dsb::cuda
