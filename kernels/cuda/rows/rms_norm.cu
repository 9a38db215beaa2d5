#include "kernels/cuda/rows/rms_norm.h"

#include "kernels/cuda/common/reduce.cuh"
#include "kernels/cuda/common/vectors.cuh"

namespace dsb::cuda {
namespace {

// Vectors of at most this many elements have one warp, longer ones a block.
constexpr int64_t kWarpSize = 512;
constexpr int kThreads = 256;

struct Alignment {
  bool input;
  bool weight;
  bool output;
};

// The sum over this vector's threads; all get it. kVectorThreads is 32 or kThreads.
template <int kVectorThreads>
__device__ float VectorSum(float value) {
  value = WarpSum(value);
  if constexpr (kVectorThreads > 32) {
    __shared__ float partial[kVectorThreads / 32];
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = value;
    __syncthreads();
    value = partial[0];
    for (int warp = 1; warp < kVectorThreads / 32; ++warp) value += partial[warp];
  }
  return value;
}

template <int kVectorThreads>
__global__ __launch_bounds__(kThreads) void RmsNormKernel(RmsNormParams params, Alignment aligned) {
  const int64_t thread = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  const int64_t vector = thread / kVectorThreads;
  if (vector >= params.num_rows * params.num_vectors) return;
  const int64_t first = thread % kVectorThreads;
  const int64_t row = vector / params.num_vectors;
  const int64_t start = vector % params.num_vectors * params.size;
  const float* x = params.input + row * params.input_stride + start;
  float* y = params.output + row * params.output_stride + start;
  float squares = 0;
  for (int64_t i = first; 4 * i < params.size; i += kVectorThreads) {
    const float4 v = Load4(x, i, params.size, aligned.input);
    squares = fmaf(v.x, v.x, squares);
    squares = fmaf(v.y, v.y, squares);
    squares = fmaf(v.z, v.z, squares);
    squares = fmaf(v.w, v.w, squares);
  }
  const float mean = VectorSum<kVectorThreads>(squares) / static_cast<float>(params.size);
  const float scale = 1.0f / sqrtf(mean + params.epsilon);
  for (int64_t i = first; 4 * i < params.size; i += kVectorThreads) {
    const float4 v = Load4(x, i, params.size, aligned.input);
    const float4 w = Load4(params.weight, i, params.size, aligned.weight);
    Store4(y, i, params.size, aligned.output,
           make_float4(w.x * (v.x * scale), w.y * (v.y * scale), w.z * (v.z * scale),
                       w.w * (v.w * scale)));
  }
}

}  // namespace

void RmsNorm(const RmsNormParams& params, Stream stream) {
  const int64_t vectors = params.num_rows * params.num_vectors;
  const bool in_row = params.num_vectors == 1 || params.size % 4 == 0;
  const Alignment aligned{.input = in_row && AlignedRows(params.input, params.input_stride),
                          .weight = AlignedRows(params.weight, 0),
                          .output = in_row && AlignedRows(params.output, params.output_stride)};
  const bool small = params.size <= kWarpSize;
  const int64_t threads = vectors * (small ? 32 : kThreads);
  Launch({.grid = dim3(BlocksFor(threads, kThreads)),
          .block = dim3(kThreads),
          .shared_bytes = 0,
          .stream = stream},
         small ? RmsNormKernel<32> : RmsNormKernel<kThreads>, params, aligned);
}

}  // namespace dsb::cuda
